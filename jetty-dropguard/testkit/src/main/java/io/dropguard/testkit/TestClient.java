package io.dropguard.testkit;

import java.io.IOException;

/** A client that can leave in every way. Confined to one thread. */
public interface TestClient extends AutoCloseable {

    /** Sends a GET and does not wait for its answer. */
    void get(String target) throws IOException;

    /**
     * Waits for the whole answer to the last request, which must have a declared length.
     *
     * @return its body
     * @throws IOException if the connection ends before
     */
    String body() throws IOException;

    /** Leaves; the server can learn it from the wire when this returns. */
    void leave(Departure departure) throws IOException;

    @Override
    void close();

    /** Connects to a server, speaking what its connector speaks. */
    static TestClient connect(TestServer server) throws IOException {
        return server.protocol().isMultiplexed()
                ? Http2Client.connect(server.protocol(), server.port())
                : RawClient.connect(server.protocol(), server.port());
    }
}
