package io.dropguard.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.DropGuard;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What the log says of exchanges that have a deadline. */
class DeadlineRecordTest {
    @Test
    void oneThatExpiredIsSaidToHaveExpired() throws Exception {
        JsonNode record = record("50ms", true);

        assertThat(record.get("dropguard.outcome").asString()).isEqualTo("deadline_expired");
        assertThat(record.get("http.response.status_code").asInt()).isEqualTo(503);
        assertThat(record.get("dropguard.deadline_ms").asLong()).isEqualTo(50);
    }

    @Test
    void oneThatWasInTimeIsSaidToHaveHadIt() throws Exception {
        JsonNode record = record("30s", false);

        assertThat(record.get("dropguard.outcome").asString()).isEqualTo("completed");
        assertThat(record.get("dropguard.deadline_ms").asLong()).isEqualTo(30_000);
    }

    @Test
    void withoutOneNothingIsSaid() throws Exception {
        assertThat(record("none", false).has("dropguard.deadline_ms")).isFalse();
    }

    private static JsonNode record(String deadline, boolean waits) throws Exception {
        try (LogServer logging =
                LogServer.notStarted(
                        LogConfig.DEFAULT,
                        (request, response, callback) -> {
                            if (waits) Thread.currentThread().join(); // until it is interrupted
                            callback.succeeded();
                            return true;
                        })) {
            DropGuard.builder()
                    .set("response-deadline", deadline)
                    .build()
                    .installOn(logging.server);
            logging.start();
            try (Socket client = logging.connect()) {
                client.getOutputStream()
                        .write(
                                "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                                        .getBytes(StandardCharsets.US_ASCII));
                InputStream in = client.getInputStream();
                in.readAllBytes();
                return logging.records.next();
            }
        }
    }
}
