package io.dropguard.samples.scenarios;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.awaitility.Awaitility;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a scenario logs. Thread-safe. */
final class LoggedLines extends ByteArrayOutputStream {
    /** The one record that there is, once it is there. */
    JsonNode only() {
        String text =
                Awaitility.await()
                        .until(() -> toString(StandardCharsets.UTF_8), all -> all.endsWith("\n"));
        if (text.indexOf('\n') < text.length() - 1)
            throw new AssertionError("more than one record: " + text);
        return JsonMapper.shared().readTree(text);
    }
}
