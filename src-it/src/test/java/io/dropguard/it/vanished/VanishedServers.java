package io.dropguard.it.vanished;

import static org.awaitility.Awaitility.await;

import io.dropguard.DropGuard;
import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.TestServer;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;

/** A guarded server for every protocol, and clients of it in a namespace. Thread-safe. */
final class VanishedServers implements AutoCloseable {
    private final Map<Protocol, TestServer> servers = new EnumMap<>(Protocol.class);
    private final Namespace there;
    private final LossTimes losses;

    VanishedServers(Namespace there, LossTimes losses, Supplier<DropGuard> guards)
            throws Exception {
        this.there = there;
        this.losses = losses;
        for (Protocol protocol : Protocol.values())
            servers.put(
                    protocol,
                    TestServer.speaking(protocol)
                            .handledBy(losses.handler())
                            .guardedBy(server -> guards.get().installOn(server))
                            .connector(connector -> connector.setHost(there.host()))
                            .idleMillis(120_000) // so that it is not this that ends them
                            .start());
    }

    /** Starts a client, and waits until its request has begun. */
    Process curl(Protocol protocol, String path, String id, String rate) {
        String url =
                "http%s://%s:%d%s?%s"
                        .formatted(
                                protocol.isSecure() ? "s" : "",
                                there.host(),
                                servers.get(protocol).port(),
                                path,
                                id);
        String version =
                switch (protocol) {
                    case HTTP_1, TLS -> "--http1.1";
                    case H2C -> "--http2-prior-knowledge";
                    case H2 -> "--http2";
                };
        Process client =
                there.start(
                        "curl", "-sk", "-N", version, "--limit-rate", rate, "-o", "/dev/null", url);
        await().until(() -> losses.hasBegun(id));
        return client;
    }

    @Override
    public void close() throws Exception {
        for (TestServer server : servers.values()) server.close();
    }
}
