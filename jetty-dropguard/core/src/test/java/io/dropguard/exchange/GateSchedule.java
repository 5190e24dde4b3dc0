package io.dropguard.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.heartbeat.HeartbeatConfig;
import io.dropguard.heartbeat.HeartbeatMode;
import io.dropguard.heartbeat.StockParsers;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.QuietException;

/** One exchange in which an application, heartbeats and a deadline meet, and what must come out. */
final class GateSchedule {
    private static final Set<String> BEATS = Set.of(" ", "\n", ":\n\n", "\u001e");

    final Random random;
    final ScriptedApplication application;
    final JettyModel jetty;
    final GuardedExchange exchange;
    final HeartbeatConfig heartbeat;
    private final GuardHandler handler;

    GateSchedule(
            GuardHandler handler,
            long seed,
            Runnable preempt,
            Consumer<Runnable> network,
            Runnable onWritten) {
        this.handler = handler;
        random = new Random(seed);
        application = new ScriptedApplication(random, onWritten);
        HttpFields.Mutable headers = HttpFields.build();
        if (random.nextBoolean()) headers.put(HttpHeader.TE, "trailers");
        jetty = new JettyModel(headers, preempt, network);
        exchange = new GuardedExchange(handler, jetty.getRequest(), jetty, jetty);
        exchange.setInterrupt(false);
        exchange.begin();
        HeartbeatConfig config =
                HeartbeatConfig.NONE
                        .withMode(
                                random.nextInt(5) == 0 ? HeartbeatMode.INTERIM : HeartbeatMode.AUTO)
                        .withFirstDelay(Duration.ZERO);
        heartbeat = random.nextInt(4) == 0 ? config.withContentType("application/json") : config;
        exchange.apply(ResponsePolicy.NONE.withHeartbeat(heartbeat));
    }

    long beat() {
        return exchange.gate().beat(heartbeat);
    }

    /** The handler's part: some steps, and perhaps what only a handler can do. */
    void handle(int steps) {
        boolean handled;
        try {
            HANDLING.set(
                    () -> {
                        for (int i = 0; i < steps && application.isReady(); i++) {
                            if (application.isHandlersNext()) break;
                            application.step();
                        }
                        if (!application.isHandlersNext() || !application.isReady()) return true;
                        application.failed = !application.succeeded;
                        if (application.script.remove() == ScriptedApplication.Op.THROW)
                            throw new QuietException.RuntimeException("thrown");
                        return false;
                    });
            handled = handler.run(exchange, jetty.getRequest(), jetty, jetty);
        } catch (Exception thrown) {
            jetty.failed(thrown);
            return;
        }
        if (!handled) jetty.failed(new IllegalStateException("404"));
    }

    interface Handling {
        boolean run();
    }

    /** What the handler runs next on the calling thread. */
    static final ThreadLocal<Handling> HANDLING = new ThreadLocal<>();

    void verify(String name) {
        String wire = wire();
        String what =
                name
                        + ": "
                        + application.contentType
                        + ", wire "
                        + jetty.wire().stream().map(JettyModel.Piece::text).toList()
                        + ", end "
                        + jetty.end()
                        + ", "
                        + exchange;
        assertThat(jetty.violations()).as(what).isEmpty();
        assertThat(jetty.isCalled()).as(what).isTrue();
        assertThat(application.outstanding).as(what).hasValue(0);
        assertThat(handler.statistics().active()).as(what).isZero();
        boolean expired = exchange.failure() instanceof DeadlineExpiredException;
        assertThat(exchange.token().isCancelled()).as(what).isEqualTo(expired);
        if (application.refused != null)
            assertThat(application.refused)
                    .as(what)
                    .isInstanceOfAny(DeadlineExpiredException.class, java.io.IOException.class);

        Set<ByteBuffer> own = Collections.newSetFromMap(new IdentityHashMap<>());
        own.addAll(application.handedDown);
        List<JettyModel.Piece> guards =
                jetty.wire().stream().filter(piece -> !own.contains(piece.buffer())).toList();
        String applications =
                jetty.wire().stream()
                        .filter(piece -> own.contains(piece.buffer()))
                        .map(JettyModel.Piece::text)
                        .collect(Collectors.joining());
        boolean document =
                !guards.isEmpty() && guards.get(guards.size() - 1).text().contains("about:blank");
        for (JettyModel.Piece piece : document ? guards.subList(0, guards.size() - 1) : guards)
            assertThat(BEATS).as(what).contains(piece.text());
        assertThat(application.issued.toString()).as(what).startsWith(applications);

        if (document) {
            assertThat(applications).as(what).isEmpty();
            assertThat(jetty.end()).as(what).isEqualTo(JettyModel.End.WHOLE);
            assertThat(wire).as(what).contains(expired ? "deadline of" : "failed after");
            assertThat(expired || application.failed).as(what).isTrue();
            if (guards.size() == 1 && expired) {
                assertThat(jetty.committedStatus()).as(what).isEqualTo(503);
                assertThat(jetty.committed().get(HttpHeader.CONTENT_TYPE))
                        .as(what)
                        .isEqualTo("application/problem+json");
            } else assertThat(guards.size()).as(what).isGreaterThan(1);
            return;
        }
        if (jetty.end() == JettyModel.End.BROKEN) {
            assertThat(expired || application.failed).as(what).isTrue();
            return;
        }
        assertThat(expired).as(what).isFalse();
        if (jetty.hasErrorPage()) {
            assertThat(application.failed).as(what).isTrue();
            assertThat(wire).as(what).isEmpty();
            return;
        }
        assertThat(application.succeeded || application.lastGiven).as(what).isTrue();
        assertThat(applications).as(what).isEqualTo(application.issued.toString());
        String type = jetty.committed().get(HttpHeader.CONTENT_TYPE);
        if (!guards.isEmpty())
            assertThat(StockParsers.records(type, wire))
                    .as(what)
                    .isEqualTo(StockParsers.records(type, applications));
    }

    /** In a schedule of one thread nothing comes between what the application asks and does. */
    void verifyHead(String name) {
        if (jetty.end() != JettyModel.End.WHOLE || !application.succeeded) return;
        if (exchange.failure() != null || jetty.hasErrorPage()) return;
        assertThat(jetty.committed().get("X-App")).as(name).isEqualTo(application.header);
        assertThat(jetty.committedStatus())
                .as(name)
                .isEqualTo(application.status == 0 ? 200 : application.status);
    }

    private String wire() {
        return jetty.wire().stream().map(JettyModel.Piece::text).collect(Collectors.joining());
    }
}
