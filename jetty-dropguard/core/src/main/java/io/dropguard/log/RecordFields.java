package io.dropguard.log;

import io.dropguard.log.Redactor.Part;
import java.util.Arrays;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/** Says what a record says, in order. Confined to one thread at a time. */
final class RecordFields {
    /** Jetty's limit of 8 KiB for all headers lets some hundreds through; a reader wants fewer. */
    private static final int MOST_HEADERS = 128;

    private static final int LONGEST_NAME = 256;

    private static final String ECS_VERSION = "8.17.0";

    private final LogFormat format;
    private final BodyRenderer bodies = new BodyRenderer();
    private final HttpField[] headers = new HttpField[MOST_HEADERS];

    RecordFields(LogFormat format) {
        this.format = format;
    }

    /**
     * @param wholly whether bodies may be shown too
     */
    void write(ExchangeRecord record, FieldWriter out, Redactor redactor, boolean wholly) {
        LoggedExchange exchange = record.exchange();
        Request request = exchange.request();
        UriRedaction uris = new UriRedaction(redactor);
        begin(record, out);
        out.text(Field.TRACE, ExchangeIds.traceOf(request.getHeaders()));
        String path = uris.path(pathOf(request));
        request(request, path, out, uris);
        connection(exchange, out);
        String agent = request.getHeaders().get(HttpHeader.USER_AGENT);
        if (agent != null)
            out.text(Field.USER_AGENT, redactor.redact(Part.REQUEST_HEADER, "user-agent", agent));
        Ending ending = record.ending();
        if (ending != null) ended(exchange, ending, out);
        if (format == LogFormat.ECS) ecs(record, path, out);
        int omitted = headers(HeaderNames.REQUEST, request.getHeaders(), out, uris, redactor);
        if (ending == null) {
            if (omitted > 0) out.number(Field.HEADERS_OMITTED, omitted);
            return;
        }
        MetaData.Response response = exchange.response();
        if (response != null)
            omitted += headers(HeaderNames.RESPONSE, response.getHttpFields(), out, uris, redactor);
        if (omitted > 0) out.number(Field.HEADERS_OMITTED, omitted);
        if (!wholly) return;
        body(exchange.requestBody(), Field.REQUEST_BODY, Field.REQUEST_TRUNCATED, out, redactor);
        BodyCapture answer = exchange.responseBody();
        if (answer != null)
            body(answer, Field.RESPONSE_BODY, Field.RESPONSE_TRUNCATED, out, redactor);
    }

    /** What can be said of an exchange when telling the rest has failed. */
    static void begin(ExchangeRecord record, FieldWriter out) {
        LoggedExchange exchange = record.exchange();
        Ending ending = record.ending();
        long nanos = ending == null ? 0 : Math.max(0, ending.nanos() - exchange.startNanos());
        out.timestamp(Field.TIMESTAMP, exchange.startMillis() + nanos / 1_000_000);
        out.text(Field.EVENT, record.event().label());
        out.text(Field.ID, record.id());
        if (ending != null) out.text(Field.OUTCOME, ending.outcome().label());
        if (ending != null) out.millis(Field.DURATION, nanos);
    }

    private static String pathOf(Request request) {
        HttpURI uri = request.getHttpURI();
        String path = uri.getPath();
        return path == null ? "" : path;
    }

    private static void request(Request request, String path, FieldWriter out, UriRedaction uris) {
        HttpURI uri = request.getHttpURI();
        out.text(Field.METHOD, request.getMethod());
        out.text(Field.SCHEME, uri.getScheme());
        out.text(Field.PATH, path);
        String query = uri.getQuery();
        if (query != null) out.text(Field.QUERY, uris.parameters(Part.QUERY, query));
        out.text(Field.PROTOCOL_VERSION, version(request.getConnectionMetaData()));
        out.text(Field.SERVER_ADDRESS, Request.getServerName(request));
        int port = Request.getServerPort(request);
        if (port > 0) out.number(Field.SERVER_PORT, port);
    }

    private static String version(ConnectionMetaData connection) {
        HttpVersion version = connection.getHttpVersion();
        return switch (version) {
            case HTTP_0_9 -> "0.9";
            case HTTP_1_0 -> "1.0";
            case HTTP_1_1 -> "1.1";
            case HTTP_2 -> "2";
            case HTTP_3 -> "3";
        };
    }

    private static void connection(LoggedExchange exchange, FieldWriter out) {
        ConnectionMetaData connection = exchange.request().getConnectionMetaData();
        ConnectionFacts facts = exchange.connection();
        out.text(Field.CLIENT_ADDRESS, facts.clientAddress(connection));
        out.text(Field.PEER_ADDRESS, facts.peerAddress());
        if (facts.peerPort() >= 0) out.number(Field.PEER_PORT, facts.peerPort());
        out.text(Field.CONNECTION_ID, facts.id());
        out.number(Field.CONNECTION_REQUESTS, connection.getConnection().getMessagesIn());
    }

    private static void ended(LoggedExchange exchange, Ending ending, FieldWriter out) {
        int status = exchange.status();
        if (status > 0) out.number(Field.STATUS, status);
        out.text(Field.ERROR_TYPE, errorType(ending, status));
        out.text(Field.LOSS_SIGNAL, ending.signal());
        if (ending.lossNanos() >= 0) {
            out.millis(Field.LOSS_AFTER, ending.lossNanos());
            long whole = ending.nanos() - exchange.startNanos();
            out.millis(Field.RAN_ON, Math.max(0, whole - ending.lossNanos()));
        }
        long firstByte = exchange.firstByteNanos();
        if (firstByte != 0)
            out.millis(Field.FIRST_BYTE, Math.max(0, firstByte - exchange.startNanos()));
        GuardFacts guard = exchange.guard();
        String peer = guard.peer();
        if (peer != null) out.text(Field.PEER_CONDITION, peer);
        if (guard.heartbeats() >= 0) out.number(Field.HEARTBEATS, guard.heartbeats());
        if (guard.deadlineMillis() >= 0) out.number(Field.DEADLINE, guard.deadlineMillis());
        out.number(Field.BYTES_READ, exchange.bytesRead());
        out.number(Field.BYTES_WRITTEN, exchange.bytesWritten());
        out.number(Field.REQUEST_SIZE, exchange.requestSize());
        BodyCapture answer = exchange.responseBody();
        if (answer != null) out.number(Field.RESPONSE_SIZE, answer.total());
    }

    private static @Nullable String errorType(Ending ending, int status) {
        if (ending.failure() != null) return ending.failure().getClass().getName();
        return status >= 500 || (ending.outcome() == Outcome.REJECTED && status > 0)
                ? Integer.toString(status)
                : null;
    }

    private static void ecs(ExchangeRecord record, String path, FieldWriter out) {
        Ending ending = record.ending();
        out.text(Field.ECS_VERSION, ECS_VERSION);
        out.text(Field.ECS_KIND, "event");
        out.beginList(Field.ECS_CATEGORY.in(LogFormat.ECS));
        out.item("web");
        out.endList();
        out.text(Field.ECS_LEVEL, "INFO");
        String what = record.exchange().request().getMethod() + " " + path;
        if (ending == null) {
            out.text(Field.ECS_MESSAGE, what);
            return;
        }
        boolean success = ending.outcome() == Outcome.COMPLETED && record.status() < 500;
        out.text(Field.ECS_OUTCOME, success ? "success" : "failure");
        out.number(
                Field.ECS_DURATION, Math.max(0, ending.nanos() - record.exchange().startNanos()));
        out.text(Field.ECS_MESSAGE, what + " " + ending.outcome().label());
    }

    /** Returns how many were left out. */
    private int headers(
            HeaderNames names,
            HttpFields fields,
            FieldWriter out,
            UriRedaction uris,
            Redactor redactor) {
        Part part = names == HeaderNames.REQUEST ? Part.REQUEST_HEADER : Part.RESPONSE_HEADER;
        int count = 0;
        int omitted = 0;
        for (HttpField field : fields)
            if (count < MOST_HEADERS && field.getName().length() <= LONGEST_NAME)
                headers[count++] = field;
            else omitted++;
        for (int i = 0; i < count; i++) {
            if (isRepeated(i)) continue;
            String name = headers[i].getLowerCaseName();
            out.beginList(names.of(name));
            for (int k = i; k < count; k++) {
                if (k > i && !headers[k].is(name)) continue;
                String value = headers[k].getValue();
                if (value == null) value = "";
                String kept = redactor.redact(part, name, value);
                out.item(UriRedaction.isUri(name) ? uris.uri(kept) : kept);
            }
            out.endList();
        }
        Arrays.fill(headers, 0, count, null);
        return omitted;
    }

    private boolean isRepeated(int index) {
        HttpField field = headers[index];
        for (int i = 0; i < index; i++) {
            HttpHeader header = field.getHeader();
            if (header != null ? headers[i].getHeader() == header : headers[i].is(field.getName()))
                return true;
        }
        return false;
    }

    private void body(
            BodyCapture capture, Field field, Field truncated, FieldWriter out, Redactor redactor) {
        BodyRenderer.Rendered body = bodies.render(capture, redactor);
        if (body == null) return;
        out.body(field, body);
        if (body.truncated()) out.flag(truncated, true);
    }
}
