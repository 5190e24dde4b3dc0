package io.dropguard.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.Request;
import org.junit.jupiter.api.Test;

/** Sinks are made of others. */
class ComposedSinkTest {
    private final List<String> told = new CopyOnWriteArrayList<>();

    /** Tells which of several it is. */
    private final class Named implements ExchangeSink {
        private final String name;

        Named(String name) {
            this.name = name;
        }

        @Override
        public void write(ExchangeRecord record) {
            told.add(name + " " + record.status());
        }

        @Override
        public void close() {
            told.add(name + " closed");
        }
    }

    private static void serve(ExchangeSink sink) throws Exception {
        Semaphore records = new Semaphore(0); // the client may have its answer before the record is
        try (LogServer server =
                LogServer.guarded(
                        LogConfig.DEFAULT,
                        (request, response, callback) -> {
                            boolean fine = Request.getPathInContext(request).equals("/fine");
                            response.setStatus(fine ? 200 : 503);
                            callback.succeeded();
                            return true;
                        },
                        sink.and(record -> records.release()))) {
            server.get("/fine");
            assertThat(records.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
            server.get("/broken");
        }
    }

    @Test
    void oneGetsWhatFitsAndTheOtherAllAndBothAreClosed() throws Exception {
        serve(new Named("errors").when(each -> each.status() >= 500).and(new Named("all")));

        assertThat(told)
                .containsSubsequence("all 200", "errors 503", "errors closed")
                .containsSubsequence("all 200", "all 503", "all closed")
                .hasSize(5);
    }

    @Test
    void oneThatFailsDoesNotKeepTheOtherFromItsRecords() throws Exception {
        ExchangeSink failing =
                record -> {
                    throw new IOException("full");
                };
        serve(failing.and(new Named("other")));

        assertThat(told).containsExactly("other 200", "other 503", "other closed");
    }

    @Test
    void aStreamGetsALineARecord() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        serve(ExchangeSink.stream(out));

        String text = out.toString(StandardCharsets.UTF_8);
        assertThat(text).endsWith("\n");
        assertThat(text.lines().map(line -> RecordSchema.check(line).get("url.path").asString()))
                .containsExactly("/fine", "/broken");
    }
}
