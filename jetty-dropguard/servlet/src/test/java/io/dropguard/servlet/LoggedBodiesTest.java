package io.dropguard.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.DropGuard;
import io.dropguard.log.BodyConfig;
import io.dropguard.log.ExchangeLog;
import io.dropguard.log.ExchangeRecord;
import io.dropguard.log.LogConfig;
import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.TestServer;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.MultipartConfigElement;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.Part;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.client.transport.HttpClientTransportOverHTTP2;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Logging bodies changes nothing in what servlets read, however they do, nor in what clients get.
 */
@Timeout(60)
class LoggedBodiesTest {
    private static final String FORM = "user=J%C3%BCrgen&password=hunter2&user=b";

    /** 300,000 bytes: more than is kept, than one frame holds and than one read returns. */
    private static final String LARGE = "0123456789\u00e4\u00f6\u00fc\u00df\n1".repeat(15_000);

    private static final String PARTS =
            String.join(
                    "\r\n",
                    "--x",
                    "Content-Disposition: form-data; name=\"note\"",
                    "",
                    "hunter2",
                    "--x",
                    "Content-Disposition: form-data; name=\"file\"; filename=\"a.txt\"",
                    "Content-Type: text/plain",
                    "",
                    "b".repeat(70_000),
                    "--x--",
                    "");

    private final BlockingQueue<Map<String, Object>> records = new LinkedBlockingQueue<>();

    static Stream<Arguments> everywhere() {
        return Stream.of(Stack.values())
                .flatMap(
                        stack ->
                                Stream.of(Protocol.HTTP_1, Protocol.H2C)
                                        .map(protocol -> Arguments.of(stack, protocol)));
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void parametersOfAForm(Stack stack, Protocol protocol) throws Exception {
        Service service =
                (request, response) ->
                        answer(
                                response,
                                request.getParameter("user")
                                        + request.getParameterValues("user").length
                                        + request.getParameter("password")
                                        + request.getParameter("q"));
        Map<String, Object> record =
                exchange(
                        stack,
                        protocol,
                        service,
                        "application/x-www-form-urlencoded",
                        FORM,
                        "J\u00fcrgen2hunter21");

        assertThat(record)
                .containsEntry(
                        "dropguard.request.body", "user=J%C3%BCrgen&password=REDACTED&user=b");
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void aStream(Stack stack, Protocol protocol) throws Exception {
        large(
                stack,
                protocol,
                (request, response) ->
                        response.getOutputStream().write(request.getInputStream().readAllBytes()));
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void aStreamByteByByte(Stack stack, Protocol protocol) throws Exception {
        large(
                stack,
                protocol,
                (request, response) -> {
                    ByteArrayOutputStream read = new ByteArrayOutputStream();
                    ServletInputStream in = request.getInputStream();
                    for (int next; (next = in.read()) >= 0; ) read.write(next);
                    response.getOutputStream().write(read.toByteArray());
                });
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void aReader(Stack stack, Protocol protocol) throws Exception {
        large(
                stack,
                protocol,
                (request, response) -> request.getReader().transferTo(response.getWriter()));
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void aListenerThatReadsWithoutBlocking(Stack stack, Protocol protocol) throws Exception {
        large(
                stack,
                protocol,
                (request, response) -> {
                    AsyncContext context = request.startAsync();
                    ServletInputStream in = request.getInputStream();
                    in.setReadListener(new Echo(context, in, response));
                });
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void partsOfAMultipartBody(Stack stack, Protocol protocol) throws Exception {
        Service service =
                (request, response) -> {
                    request.setAttribute(
                            "org.eclipse.jetty.multipartConfig",
                            new MultipartConfigElement("", -1, -1, 1024 * 1024));
                    StringBuilder read = new StringBuilder();
                    for (Part part : request.getParts())
                        read.append(part.getName())
                                .append('=')
                                .append(text(part.getInputStream().readAllBytes()))
                                .append(';');
                    answer(response, read.toString());
                };
        Map<String, Object> record =
                exchange(
                        stack,
                        protocol,
                        service,
                        "multipart/form-data; boundary=x",
                        PARTS,
                        "note=hunter2;file=" + "b".repeat(70_000) + ";");

        assertThat(record).doesNotContainKey("dropguard.request.body");
        assertThat(record.get("http.request.body.size").toString())
                .isEqualTo(String.valueOf(PARTS.length()));
    }

    private void large(Stack stack, Protocol protocol, Service service) throws Exception {
        Service plain =
                (request, response) -> {
                    response.setContentType("text/plain;charset=utf-8");
                    service.handle(request, response);
                };
        Map<String, Object> record =
                exchange(stack, protocol, plain, "text/plain;charset=utf-8", LARGE, LARGE);

        String size = String.valueOf(LARGE.getBytes(StandardCharsets.UTF_8).length);
        for (String side : new String[] {"request", "response"}) {
            assertThat(record.get("http." + side + ".body.size").toString()).isEqualTo(size);
            String kept = record.get("dropguard." + side + ".body").toString();
            assertThat(LARGE).startsWith(kept);
            assertThat(kept.getBytes(StandardCharsets.UTF_8)).hasSizeBetween(32_765, 32_768);
            assertThat(record).containsEntry("dropguard." + side + ".body_truncated", true);
        }
    }

    /** The record of an exchange whose answer must be what is expected, to the byte. */
    private Map<String, Object> exchange(
            Stack stack,
            Protocol protocol,
            Service service,
            String type,
            String body,
            String expected)
            throws Exception {
        LogConfig config = LogConfig.DEFAULT.withBodies(BodyConfig.all());
        ExchangeLog log = new ExchangeLog(config, this::take);
        HttpClient client =
                protocol.isMultiplexed()
                        ? new HttpClient(new HttpClientTransportOverHTTP2(new HTTP2Client()))
                        : new HttpClient();
        try (TestServer server =
                stack.server(protocol, Service.servlet(service))
                        .guardedBy(DropGuard.builder().log(log).build()::installOn)
                        .start()) {
            client.start();
            ContentResponse answer =
                    client.newRequest("http://127.0.0.1:" + server.port() + "/?q=1")
                            .method("POST")
                            .body(
                                    new BytesRequestContent(
                                            type, body.getBytes(StandardCharsets.UTF_8)))
                            .send();
            assertThat(answer.getStatus()).isEqualTo(200);
            assertThat(text(answer.getContent())).isEqualTo(expected);
            Map<String, Object> record = records.poll(20, TimeUnit.SECONDS);
            assertThat(record).containsEntry("dropguard.outcome", "completed");
            return record;
        } finally {
            client.stop();
        }
    }

    private void take(ExchangeRecord record) {
        records.add(record.fields());
    }

    private static void answer(HttpServletResponse response, String text) throws IOException {
        response.setContentType("text/plain;charset=utf-8");
        response.getWriter().print(text);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Reads what is there, and answers with all of it in the end. */
    private record Echo(
            AsyncContext context,
            ServletInputStream in,
            HttpServletResponse response,
            ByteArrayOutputStream read)
            implements ReadListener {

        Echo(AsyncContext context, ServletInputStream in, HttpServletResponse response) {
            this(context, in, response, new ByteArrayOutputStream());
        }

        @Override
        public void onDataAvailable() throws IOException {
            byte[] part = new byte[1000];
            while (in.isReady()) {
                int length = in.read(part);
                if (length < 0) return;
                read.write(part, 0, length);
            }
        }

        @Override
        public void onAllDataRead() throws IOException {
            response.getOutputStream().write(read.toByteArray());
            context.complete();
        }

        @Override
        public void onError(Throwable failure) {
            context.complete();
        }
    }
}
