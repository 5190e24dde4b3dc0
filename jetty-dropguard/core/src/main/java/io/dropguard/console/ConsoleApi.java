package io.dropguard.console;

import io.dropguard.exchange.GuardStatistics;
import io.dropguard.monitor.ConnectionSnapshot;
import io.dropguard.monitor.Connections;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JsonGenerator;

/** What is under the console's path. Confined to the console's thread. */
final class ConsoleApi {
    private static final Logger LOG = LoggerFactory.getLogger(ConsoleApi.class);

    private static final String JSON = "application/json";
    private static final String ONE = "connections/";

    private final Connections connections;
    private final GuardStatistics statistics;
    private final LiveFeed feed;
    private final ConsoleResources resources;
    private final ConsoleAccess access;

    ConsoleApi(
            Connections connections,
            GuardStatistics statistics,
            LiveFeed feed,
            ConsoleResources resources,
            ConsoleAccess access) {
        this.connections = connections;
        this.statistics = statistics;
        this.feed = feed;
        this.resources = resources;
        this.access = access;
    }

    /** Answers in any case. */
    void answer(String name, Request request, Response response, Callback callback) {
        try {
            ConsoleResources.File file = resources.find(name);
            if (file != null && isRead(request))
                Answer.bytes(response, callback, 200, file.contentType(), file.content());
            else dispatch(name, request, response, callback);
        } catch (IllegalArgumentException wrong) {
            Answer.text(
                    response,
                    callback,
                    HttpStatus.BAD_REQUEST_400,
                    String.valueOf(wrong.getMessage()));
        } catch (HttpException.RuntimeException malformed) {
            callback.failed(malformed); // Jetty answers what it says
        } catch (RuntimeException failed) {
            LOG.warn("The console could not answer", failed);
            callback.failed(failed);
        }
    }

    private void dispatch(String name, Request request, Response response, Callback callback) {
        ConsoleAccess.Refusal refused = access.ofReader(request);
        if (refused == null && !isRead(request)) refused = access.ofWriter(request);
        if (refused != null) {
            Answer.refuse(response, callback, refused);
            return;
        }
        boolean one = name.startsWith(ONE);
        if (one || name.equals("connections")) {
            if (isRead(request)) {
                if (one) showOne(id(name), request, response, callback);
                else showAll(request, response, callback);
                return;
            }
            if (HttpMethod.DELETE.is(request.getMethod())) {
                if (one) endOne(id(name), parameters(request), response, callback);
                else endMany(parameters(request), response, callback);
                feed.refresh();
                return;
            }
            refuseMethod("GET, HEAD, DELETE", response, callback);
            return;
        }
        switch (name) {
            case "statistics", "token", "events" -> {
                if (isRead(request)) tell(name, request, response, callback);
                else refuseMethod("GET, HEAD", response, callback);
            }
            default ->
                    Answer.text(
                            response, callback, HttpStatus.NOT_FOUND_404, "there is no such page");
        }
    }

    private void tell(String name, Request request, Response response, Callback callback) {
        switch (name) {
            case "statistics" ->
                    json(response, callback, 200, json -> ConsoleJson.statistics(json, statistics));
            case "token" -> Answer.text(response, callback, 200, access.pageToken());
            default -> watch(request, response, callback);
        }
    }

    private void showAll(Request request, Response response, Callback callback) {
        ConnectionView view = ConnectionQuery.of(parameters(request)).view(connections.snapshot());
        if (wantsText(request)) text(response, callback, ConnectionTable.of(view, statistics));
        else
            json(
                    response,
                    callback,
                    200,
                    json -> {
                        ConsoleJson.view(json, view);
                        json.writeObjectPropertyStart("statistics");
                        ConsoleJson.statistics(json, statistics);
                        json.writeEndObject();
                    });
    }

    private void showOne(long id, Request request, Response response, Callback callback) {
        Optional<ConnectionSnapshot> found = connections.find(id);
        if (found.isEmpty()) {
            gone(response, callback);
            return;
        }
        ConnectionSnapshot connection = found.get();
        List<StackTraceElement> stack = connections.stack(id);
        if (wantsText(request)) text(response, callback, ConnectionTable.of(connection, stack));
        else
            json(
                    response,
                    callback,
                    200,
                    json -> {
                        ConsoleJson.connection(json, connection);
                        ConsoleJson.stack(json, stack);
                    });
    }

    private void watch(Request request, Response response, Callback callback) {
        ConnectionQuery query = ConnectionQuery.of(parameters(request));
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/event-stream;charset=utf-8");
        response.getHeaders().put("X-Accel-Buffering", "no"); // for nginx
        if (HttpMethod.HEAD.is(request.getMethod())) callback.succeeded();
        else if (feed.isFull())
            Answer.text(
                    response,
                    callback,
                    HttpStatus.SERVICE_UNAVAILABLE_503,
                    "too many watch already");
        else feed.add(query, response, callback);
    }

    private void endOne(long id, Fields parameters, Response response, Callback callback) {
        String epoch = parameters.getValue("epoch");
        if (epoch == null)
            throw new IllegalArgumentException("epoch: none (expected: as it was shown)");
        if (connections.find(id).isEmpty()) gone(response, callback);
        else {
            boolean ended = connections.shutdown(id, number("epoch", epoch));
            ended(response, callback, ended ? 200 : HttpStatus.CONFLICT_409, ended ? 1 : 0);
        }
    }

    private void endMany(Fields parameters, Response response, Callback callback) {
        String remote = parameters.getValue("remote");
        boolean stuck = "true".equals(parameters.getValue("stuck"));
        if (stuck == (remote != null && !remote.isBlank()))
            throw new IllegalArgumentException(
                    "connections: which? (expected: stuck=true or remote=ADDRESS)");
        int ended =
                stuck ? connections.shutdownStuck() : connections.shutdownRemote(remote.strip());
        ended(response, callback, 200, ended);
    }

    private void ended(Response response, Callback callback, int status, int count) {
        if (count > 0) LOG.info("{} connections are shut down by the console", count);
        json(response, callback, status, json -> json.writeNumberProperty("ended", count));
    }

    private static void gone(Response response, Callback callback) {
        Answer.text(response, callback, HttpStatus.NOT_FOUND_404, "the connection is gone");
    }

    private static void refuseMethod(String allowed, Response response, Callback callback) {
        response.getHeaders().put(HttpHeader.ALLOW, allowed);
        Answer.text(response, callback, HttpStatus.METHOD_NOT_ALLOWED_405, "expected: " + allowed);
    }

    private static void json(
            Response response, Callback callback, int status, Consumer<JsonGenerator> content) {
        Answer.bytes(response, callback, status, JSON, ByteBuffer.wrap(ConsoleJson.bytes(content)));
    }

    private static void text(Response response, Callback callback, String text) {
        Answer.bytes(
                response,
                callback,
                200,
                "text/plain;charset=utf-8",
                StandardCharsets.UTF_8.encode(text));
    }

    private static boolean isRead(Request request) {
        return HttpMethod.GET.is(request.getMethod()) || HttpMethod.HEAD.is(request.getMethod());
    }

    /** JSON unless text is asked for before it. */
    private static boolean wantsText(Request request) {
        for (String type : request.getHeaders().getQualityCSV(HttpHeader.ACCEPT)) {
            if (type.startsWith("text/plain")) return true;
            if (type.startsWith(JSON) || type.startsWith("*/*")) return false;
        }
        return false;
    }

    private static Fields parameters(Request request) {
        return Request.extractQueryParameters(request);
    }

    private static long id(String name) {
        return number("id", name.substring(ONE.length()));
    }

    private static long number(String what, String value) {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException malformed) {
            throw new IllegalArgumentException(what + ": wrong (expected: a number)");
        }
    }
}
