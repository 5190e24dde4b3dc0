package io.dropguard.it.ending;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dropguard.DropGuard;
import io.dropguard.it.ProxyCommand;
import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.TestServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A proxy sends a POST, which it may not repeat, when the server is about to close. */
class KeepAliveRaceIT {
    /** 1 s: shorter than any proxy keeps a connection, so the server closes first. */
    private static final Duration IDLE = Duration.ofSeconds(1);

    private static final Duration TIME = Duration.ofSeconds(Integer.getInteger("ending.seconds"));

    @TempDir Path directory;

    /** What came of one proxy before one server. */
    private record Trial(
            KeepAliveProxy proxy,
            String server,
            TimedPosts posts,
            Set<String> sent,
            @Nullable DropGuard guard) {
        /** How many of those that were lost the proxy has sent: only of these a server can know. */
        long lostAndSent() {
            return posts.lost().stream().filter(sent::contains).count();
        }

        @Override
        public String toString() {
            return String.format(
                    "%-8s %-22s %5d POSTs, %3d lost by the proxy, %3d of them sent%s",
                    proxy,
                    server,
                    posts.posts(),
                    posts.lost().size(),
                    lostAndSent(),
                    guard == null ? "" : ", " + guard.lostRaces().count() + " lost races counted");
        }
    }

    @Test
    void noPostIsLostBehindAProxyThatIsKnownAndEachIsCountedBehindOneThatIsNot() throws Exception {
        List<CompletableFuture<Trial>> running = new ArrayList<>();
        for (KeepAliveProxy proxy : KeepAliveProxy.values()) {
            DropGuard known = DropGuard.builder().set("behind-proxy", proxy.option()).build();
            running.add(trial(proxy, "bare", null));
            running.add(trial(proxy, "guarded", DropGuard.create()));
            running.add(trial(proxy, "behind-proxy=" + proxy.option(), known));
        }
        List<Trial> trials = running.stream().map(CompletableFuture::join).toList();
        trials.forEach(System.out::println);

        for (Trial trial : trials) {
            DropGuard guard = trial.guard();
            if (guard == null) continue;
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(
                            () ->
                                    assertThat(guard.lostRaces().count())
                                            .as(trial.toString())
                                            .isEqualTo(trial.lostAndSent()));
            // Caddy gives up a POST whose connection has ended before it has sent any of it: Go's
            // transport repeats such a one only if it can read its body again.
            if (trial.proxy() != KeepAliveProxy.CADDY)
                assertThat(trial.sent()).as(trial.toString()).containsAll(trial.posts().lost());
            if (trial.server().startsWith("behind-proxy"))
                assertThat(trial.posts().lost()).as(trial.toString()).isEmpty();
            assertThat(trial.posts().posts()).as(trial.toString()).isGreaterThan(8);
        }
    }

    private CompletableFuture<Trial> trial(
            KeepAliveProxy proxy, String name, @Nullable DropGuard guard) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try (TestServer server =
                                    TestServer.speaking(Protocol.HTTP_1)
                                            .handledBy(new Echo())
                                            .idleMillis(IDLE.toMillis())
                                            .guardedBy(
                                                    jetty -> {
                                                        if (guard != null) guard.installOn(jetty);
                                                    })
                                            .start();
                            Witness witness = new Witness(server.port());
                            ProxyCommand.Running front =
                                    proxy.command()
                                            .start(
                                                    directory,
                                                    URI.create(
                                                            "http://127.0.0.1:"
                                                                    + witness.port()))) {
                        TimedPosts posts = TimedPosts.send(front.base().getPort(), IDLE, TIME);
                        return new Trial(proxy, name, posts, witness.sent(), guard);
                    } catch (Exception failed) {
                        throw new IllegalStateException(proxy + ", " + name, failed);
                    }
                },
                task -> new Thread(task).start());
    }

    private static final class Echo extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback)
                throws IOException {
            Content.Sink.write(response, true, Content.Source.asString(request), callback);
            return true;
        }
    }
}
