package io.dropguard.spring.autoconfigure;

import io.dropguard.testkit.RawClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/**
 * A server whose guard was set up in one of the homes. Confined to the test's thread.
 *
 * @param directory of its own
 * @param stop stops it
 */
record HomeServer(Server server, Work work, Path directory, AutoCloseable stop)
        implements AutoCloseable {

    ServerConnector connector() {
        return (ServerConnector) server.getConnectors()[0];
    }

    RawClient connect() throws IOException {
        return RawClient.connect(connector().getLocalPort());
    }

    /** What is answered to a request with these headers, on a connection that is closed then. */
    String answer(String target, String... headers) throws IOException {
        try (RawClient client = connect()) {
            client.send(
                    "GET %s HTTP/1.1\r\n%s\r\nConnection: close\r\n\r\n"
                            .formatted(target, String.join("\r\n", headers)));
            return client.readAll();
        }
    }

    /** Reads to the end of a connection, in whatever way the server ends it. */
    static void awaitEnd(RawClient client) throws IOException {
        try {
            client.readAll();
        } catch (SocketException reset) {
            if (!reset.getMessage().contains("reset")) throw reset;
        }
    }

    /** All that is written in files of its directory whose names begin so. */
    String written(String prefix) {
        try (var files = Files.list(directory)) {
            StringBuilder text = new StringBuilder();
            for (Path file :
                    files.filter(each -> each.getFileName().toString().startsWith(prefix)).toList())
                text.append(Files.readString(file));
            return text.toString();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** While there still is work. */
    void stopNow() {
        try {
            stop.close();
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }

    @Override
    public void close() throws Exception {
        work.finish().countDown();
        stop.close();
    }
}
