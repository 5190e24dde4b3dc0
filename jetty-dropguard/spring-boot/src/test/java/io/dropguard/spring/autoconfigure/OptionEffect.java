package io.dropguard.spring.autoconfigure;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dropguard.cancel.CancellationReason;
import io.dropguard.cancel.ClientLoss;
import io.dropguard.cancel.ServerStopping;
import io.dropguard.testkit.RawClient;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import jdk.net.ExtendedSocketOptions;
import org.eclipse.jetty.io.EndPoint;

/** What options do to a server that runs, and to what is on its wire. */
enum OptionEffect {
    DEADLINE("response-deadline=150ms response-deadline-status=504") {
        @Override
        void check(HomeServer server) throws Exception {
            assertThat(server.answer("/wait", "Host: x")).startsWith("HTTP/1.1 504 ");
            assertThat(server.work().ends().poll(10, SECONDS)).isEqualTo("interrupted");
        }
    },
    CALLERS_DEADLINE("response-deadline-headers=X-Patience-Ms") {
        @Override
        void check(HomeServer server) throws Exception {
            assertThat(server.answer("/wait", "Host: x", "X-Patience-Ms: 150"))
                    .startsWith("HTTP/1.1 503 ");
        }
    },
    HEARTBEAT(
            "heartbeat=auto heartbeat-first-delay=20ms heartbeat-interval=30ms"
                    + " heartbeat-status=202 heartbeat-content-type=application/json") {
        @Override
        void check(HomeServer server) throws Exception {
            checkHeartbeat(server, "HTTP/1.1 202 ", "Content-Type: application/json");
        }
    },
    HEARTBEAT_IN_XML(
            "heartbeat=auto heartbeat-interval=20ms heartbeat-xml=true"
                    + " heartbeat-content-type=application/xml") {
        @Override
        void check(HomeServer server) throws Exception {
            checkHeartbeat(server, "HTTP/1.1 200 ", "Content-Type: application/xml");
        }
    },
    INTERRUPT("interrupt=false") {
        @Override
        void check(HomeServer server) throws Exception {
            try (RawClient client = server.connect()) {
                client.get("/wait");
                assertThat(server.work().entered().await(10, SECONDS)).isTrue();
                client.rst();
                assertThat(server.work().reasons().poll(10, SECONDS))
                        .isInstanceOf(ClientLoss.class);
                server.work().finish().countDown();
                assertThat(server.work().ends().poll(10, SECONDS)).isEqualTo("finished");
            }
        }
    },
    HALF_CLOSE("half-close=loss watch-delay=1ms") {
        @Override
        void check(HomeServer server) throws Exception {
            try (RawClient client = server.connect()) {
                client.get("/wait");
                assertThat(server.work().entered().await(10, SECONDS)).isTrue();
                client.halfClose(); // with which it would be served
                CancellationReason reason = server.work().reasons().poll(10, SECONDS);
                assertThat(reason).isInstanceOf(ClientLoss.class);
            }
        }
    },
    LINGERING("lingering-timeout=50ms lingering-time=100ms") {
        @Override
        void check(HomeServer server) throws Exception {
            try (RawClient client = server.connect()) {
                client.send("POST /refuse HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n");
                assertThat(client.readAll()).startsWith("HTTP/1.1 413 ");
                await().atMost(Duration.ofSeconds(4)) // by default it lingers for 5
                        .until(() -> server.connector().getConnectedEndPoints().isEmpty());
            }
        }
    },
    KEEP_ALIVE("keep-alive-timeout-margin=3s max-requests=2") {
        @Override
        void check(HomeServer server) throws Exception {
            try (RawClient client = server.connect()) {
                client.get("/");
                assertThat(client.readResponse())
                        .contains("Keep-Alive: timeout=27\r\n") // of Jetty's 30
                        .doesNotContain("Connection: close");
                client.get("/");
                assertThat(client.readResponse()).contains("Connection: close\r\n");
            }
        }
    },
    NO_PROMISE("keep-alive-header=false") {
        @Override
        void check(HomeServer server) throws Exception {
            checkNoPromise(server);
        }
    },
    BEHIND_PROXY("behind-proxy=75s") {
        /** It would not hold for the proxy's clients, who read it. */
        @Override
        void check(HomeServer server) throws Exception {
            checkNoPromise(server);
        }
    },
    MAX_AGE("max-age=1ms") {
        @Override
        void check(HomeServer server) throws Exception {
            try (RawClient client = server.connect()) {
                String answer;
                do {
                    client.get("/");
                    answer = client.readResponse();
                } while (!answer.contains("Connection: close\r\n"));
            }
        }
    },
    CONSOLE(
            "console=true console-path=/ops/ console-hosts=ops.example.com"
                    + " console-token=correct-horse-battery-staple") {
        @Override
        void check(HomeServer server) throws Exception {
            String bearer = "Authorization: Bearer correct-horse-battery-staple";
            assertThat(server.answer("/ops/connections", "Host: ops.example.com", bearer))
                    .startsWith("HTTP/1.1 200 ");
            assertThat(server.answer("/ops/connections", "Host: ops.example.com"))
                    .startsWith("HTTP/1.1 401 ");
            assertThat(server.answer("/ops/connections", "Host: else.example.com", bearer))
                    .startsWith("HTTP/1.1 421 ");
        }
    },
    CONSOLE_ADDRESSES("console=true console-addresses=10.0.0.7") {
        @Override
        void check(HomeServer server) throws Exception {
            assertThat(server.answer("/dropguard/connections", "Host: localhost"))
                    .startsWith("HTTP/1.1 403 ");
        }
    },
    LOG(
            "log=file log-file=DIRECTORY/x.log log-format=ecs log-started=true log-headers=X-Tenant"
                    + " log-bodies=json log-redact=customer log-redact-paths=user.zip") {
        @Override
        void check(HomeServer server) throws Exception {
            String body = "{'user':{'name':'Ann','zip':'GL7 1QZ'}}".replace('\'', '"');
            String head =
                    "Host: x\r\nX-Tenant: acme\r\nContent-Type: application/json\r\nContent-Length: ";
            try (RawClient client = server.connect()) {
                client.send("POST /?customer=Bob HTTP/1.1\r\n" + head + body.length());
                client.send("\r\n\r\n" + body).readResponse();
            }
            await().until(() -> server.written("x.log").contains("dropguard.exchange.ended"));
            assertThat(server.written("x.log"))
                    .contains("dropguard.exchange.started", "acme", "Ann", "\"ecs.version\"")
                    .doesNotContain("GL7 1QZ", "Bob");
        }
    },
    LOG_FILES(
            "log=file log-file=DIRECTORY/y.log log-file-size=2KiB log-file-keep=2"
                    + " log-file-compress=false") {
        @Override
        void check(HomeServer server) throws Exception {
            await().untilAsserted(
                            () -> {
                                server.answer("/", "Host: x");
                                assertThat(server.directory())
                                        .isDirectoryContaining("glob:**/y-*.log")
                                        .isDirectoryNotContaining("glob:**.gz");
                            });
        }
    },
    STUCK(
            "stuck-idle=100ms stuck-reading-headers=100ms stuck-reading-body=100ms"
                    + " stuck-action=log stuck-action-idle=shutdown"
                    + " stuck-action-reading-headers=shutdown stuck-action-reading-body=shutdown") {
        @Override
        void check(HomeServer server) throws Exception {
            try (RawClient idle = server.connect();
                    RawClient head = server.connect();
                    RawClient body = server.connect()) {
                idle.get("/");
                idle.readResponse();
                head.send("GET / HTTP/1.1\r\n");
                body.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx");
                HomeServer.awaitEnd(idle); // Jetty would wait for longer than the client
                HomeServer.awaitEnd(head);
                HomeServer.awaitEnd(body);
            }
        }
    },
    STUCK_WORK("stuck-computing=50ms stuck-action-computing=shutdown stuck-interrupt=100ms") {
        @Override
        void check(HomeServer server) throws Exception {
            try (RawClient client = server.connect()) {
                client.get("/wait");
                assertThat(server.work().ends().poll(10, SECONDS)).isEqualTo("interrupted");
            }
        }
    },
    SLOW(
            "min-rate-headers=1MiB min-rate-request-body=1MiB min-rate-grace=100ms"
                    + " stuck-action=shutdown") {
        @Override
        void check(HomeServer server) throws Exception {
            try (RawClient head = server.connect();
                    RawClient body = server.connect()) {
                head.send("GET / HTTP/1.1\r\n");
                body.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx");
                HomeServer.awaitEnd(head);
                HomeServer.awaitEnd(body);
            }
        }
    },
    SOCKETS("keepalive-idle=7s keepalive-interval=3s keepalive-count=2 reuse-port=true") {
        @Override
        void check(HomeServer server) throws Exception {
            try (RawClient client = server.connect()) {
                client.get("/");
                client.readResponse();
                SocketChannel socket = (SocketChannel) endPoint(server).getTransport();
                assertThat(socket.getOption(ExtendedSocketOptions.TCP_KEEPIDLE)).isEqualTo(7);
                assertThat(socket.getOption(ExtendedSocketOptions.TCP_KEEPINTERVAL)).isEqualTo(3);
                assertThat(socket.getOption(ExtendedSocketOptions.TCP_KEEPCOUNT)).isEqualTo(2);
            }
            assertThat(server.connector().isReusePort()).isTrue();
        }
    },
    DRAIN("drain-timeout=50ms pre-stop-delay=60ms") {
        @Override
        void check(HomeServer server) throws Exception {
            try (RawClient client = server.connect()) {
                client.get("/wait");
                assertThat(server.work().entered().await(10, SECONDS)).isTrue();
                long begin = System.nanoTime();
                CompletableFuture<Void> stopped = CompletableFuture.runAsync(server::stopNow);
                // long before the 30 s for which the server would wait
                assertThat(server.work().reasons().poll(20, SECONDS))
                        .isInstanceOf(ServerStopping.class);
                assertThat(Duration.ofNanos(System.nanoTime() - begin))
                        .isGreaterThanOrEqualTo(Duration.ofMillis(110));
                stopped.get(20, SECONDS);
            }
        }
    };

    private final String options;

    OptionEffect(String options) {
        this.options = options;
    }

    /** The options that have it, with files in a directory. */
    Map<String, String> options(Path directory) {
        Map<String, String> map = new TreeMap<>();
        for (String option : options.split(" ", -1)) {
            String[] both = option.split("=", 2);
            map.put(both[0], both[1].replace("DIRECTORY", directory.toString()));
        }
        return map;
    }

    abstract void check(HomeServer server) throws Exception;

    private static void checkHeartbeat(HomeServer server, String status, String type)
            throws Exception {
        try (RawClient client = server.connect()) {
            client.send("GET /wait HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            assertThat(client.readHead()).startsWith(status).contains(type);
            assertThat(new String(client.read(2), StandardCharsets.US_ASCII)).isBlank();
            server.work().finish().countDown();
            assertThat(client.readAll()).contains("<done/>");
        }
    }

    private static void checkNoPromise(HomeServer server) throws Exception {
        try (RawClient client = server.connect()) {
            client.get("/");
            assertThat(client.readResponse())
                    .startsWith("HTTP/1.1 200 ")
                    .doesNotContain("Keep-Alive:");
        }
    }

    private static EndPoint endPoint(HomeServer server) {
        return server.connector().getConnectedEndPoints().iterator().next();
    }
}
