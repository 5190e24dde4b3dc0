package io.dropguard.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.DropGuard;
import io.dropguard.cancel.DeadlineExpired;
import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.RawClient;
import io.dropguard.testkit.TestServer;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Test;

/**
 * What Jetty is told of the guard's answer. Of one that it could not write it must not be told that
 * all is well: it would wait for that write for ever.
 */
class GuardAnswerTest {

    @Test
    void anAnswerThatIsWrittenSucceeds() throws Exception {
        assertThat(toldAfter(Callback::succeeded)).isEqualTo("succeeded");
    }

    @Test
    void anAnswerThatCannotBeWrittenFails() throws Exception {
        assertThat(toldAfter(write -> write.failed(new EofException("reset"))))
                .isEqualTo("failed: reset");
    }

    private static String toldAfter(Consumer<Callback> write) throws Exception {
        CompletableFuture<String> told = new CompletableFuture<>();
        Callback jettys =
                Callback.from(
                        () -> told.complete("succeeded"),
                        failure -> told.complete("failed: " + failure.getMessage()));
        Handler application =
                new Handler.Abstract() {
                    @Override
                    public boolean handle(Request request, Response response, Callback callback) {
                        GuardAnswer answer =
                                new GuardAnswer(
                                        GuardedExchange.of(request),
                                        new Written(request, response, write),
                                        jettys,
                                        new DeadlineExpiredException(
                                                new DeadlineExpired(Duration.ofSeconds(1))));
                        answer.write(new byte[0]);
                        answer.applicationCompletes();
                        callback.succeeded();
                        return true;
                    }
                };
        try (TestServer server =
                        TestServer.speaking(Protocol.HTTP_1)
                                .handledBy(application)
                                .guardedBy(DropGuard.create()::installOn)
                                .start();
                RawClient client = RawClient.connect(server.port())) {
            client.get("/");
            return told.get(20, TimeUnit.SECONDS);
        }
    }

    /** A response whose writes end so. */
    private static final class Written extends Response.Wrapper {
        private final Consumer<Callback> write;

        Written(Request request, Response response, Consumer<Callback> write) {
            super(request, response);
            this.write = write;
        }

        @Override
        public void write(boolean last, ByteBuffer content, Callback callback) {
            write.accept(callback);
        }
    }
}
