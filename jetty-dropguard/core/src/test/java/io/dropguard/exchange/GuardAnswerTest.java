package io.dropguard.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.cancel.DeadlineExpired;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.eclipse.jetty.io.EofException;
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
        return WaitFixture.learn(
                told,
                (request, response, callback) -> {
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
                });
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
