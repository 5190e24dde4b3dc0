package io.dropguard.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The page's files, which are in the jar. Immutable. */
final class ConsoleResources {
    /** One of them. Immutable. */
    static final class File {
        private final String contentType;
        private final byte[] content;

        private File(String contentType, byte[] content) {
            this.contentType = contentType;
            this.content = content;
        }

        String contentType() {
            return contentType;
        }

        ByteBuffer content() {
            return ByteBuffer.wrap(content).asReadOnlyBuffer();
        }
    }

    private final Map<String, File> files =
            Map.of(
                    "", file("console.html", "text/html;charset=utf-8"),
                    "console.css", file("console.css", "text/css;charset=utf-8"),
                    "console.js", file("console.js", "text/javascript;charset=utf-8"),
                    "view.js", file("view.js", "text/javascript;charset=utf-8"),
                    "chart.js", file("chart.js", "text/javascript;charset=utf-8"),
                    "icon.svg", file("icon.svg", "image/svg+xml"));

    /** Null if there is none. */
    @Nullable File find(String name) {
        return files.get(name);
    }

    private static File file(String name, String contentType) {
        try (InputStream in = ConsoleResources.class.getResourceAsStream(name)) {
            if (in == null) throw new IllegalStateException(name + " (expected: in the jar)");
            return new File(contentType, in.readAllBytes());
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}
