package io.dropguard.monitor;

import static org.awaitility.Awaitility.await;

import io.dropguard.DropGuard;
import io.dropguard.cancel.CancellationReason;
import io.dropguard.exchange.GuardedExchange;
import io.dropguard.log.ExchangeLog;
import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.TestServer;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.core.ConditionFactory;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Blocker;
import org.eclipse.jetty.util.Callback;

/**
 * A server whose threads block as servlets do: {@code /read} reads the whole body, {@code /large}
 * writes 64 MiB, {@code /job} waits for its release, and all then answer {@code done}.
 */
final class StuckServer extends Handler.Abstract implements AutoCloseable {
    private static final int CHUNK = 1024 * 1024;
    private static final int CHUNKS = 64;
    private static final String DONE = "done";

    final DropGuard guard;
    final List<StuckReport> reports = new CopyOnWriteArrayList<>();
    final List<CancellationReason> reasons = new CopyOnWriteArrayList<>(); // work was in vain
    final List<String> log = new CopyOnWriteArrayList<>();
    final CountDownLatch release = new CountDownLatch(1);
    final AtomicInteger blocked = new AtomicInteger(); // threads within the handler
    final AtomicInteger interrupted = new AtomicInteger();
    private final TestServer server;

    StuckServer(Protocol protocol, String... options) throws Exception {
        DropGuard.Builder builder = DropGuard.builder();
        for (String option : options) {
            String[] keyAndValue = option.split("=", 2);
            builder.set(keyAndValue[0], keyAndValue[1]);
        }
        guard = builder.log(ExchangeLog.to(record -> log.add(record.toJson()))).build();
        guard.connections().addListener(reports::add);
        server =
                TestServer.speaking(protocol)
                        .handledBy(this)
                        .guardedBy(guard::installOn)
                        // Jetty's own must not be what ends a connection here
                        .idleMillis(Duration.ofMinutes(5).toMillis())
                        .start();
    }

    /** Looks every millisecond, since every trial of a race waits for something. */
    static ConditionFactory soon() {
        return await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1));
    }

    int port() {
        return server.port();
    }

    TestServer server() {
        return server;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        blocked.incrementAndGet();
        GuardedExchange.of(request).token().onCancelled(reasons::add);
        try {
            String path = Request.getPathInContext(request);
            if (path.equals("/read")) {
                InputStream body = Content.Source.asInputStream(request);
                while (body.read() >= 0) {}
            } else if (path.equals("/large")) {
                ByteBuffer zeros = ByteBuffer.allocate(CHUNK);
                for (int i = 0; i < CHUNKS; i++)
                    try (Blocker.Callback written = Blocker.callback()) {
                        response.write(false, zeros.slice(), written);
                        written.block();
                    }
            } else if (path.equals("/job")) {
                release.await();
            }
            response.write(
                    true, ByteBuffer.wrap(DONE.getBytes(StandardCharsets.US_ASCII)), callback);
        } catch (InterruptedException stopped) {
            interrupted.incrementAndGet();
            callback.failed(stopped);
        } catch (Exception failed) {
            callback.failed(failed);
        } finally {
            blocked.decrementAndGet();
        }
        return true;
    }

    ConnectionSnapshot awaitPhase(ConnectionPhase phase) {
        return soon()
                .until(
                        () -> guard.connections().snapshot(),
                        all -> all.stream().anyMatch(each -> each.phase() == phase))
                .stream()
                .filter(each -> each.phase() == phase)
                .findFirst()
                .orElseThrow();
    }

    StuckReport awaitReport(StuckReport.Kind kind) {
        soon().until(() -> reports.stream().anyMatch(each -> each.kind() == kind));
        return reports.stream().filter(each -> each.kind() == kind).findFirst().orElseThrow();
    }

    void awaitNoConnection() {
        soon().until(() -> guard.connections().count() == 0);
    }

    @Override
    public void close() throws Exception {
        release.countDown();
        server.close();
    }
}
