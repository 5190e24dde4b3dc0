package io.dropguard.spring.mvc;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.cancel.CancellationSource;
import io.dropguard.cancel.ServerStopping;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What Spring hears of a future that a controller has returned. */
class CancelledReturnValuesTest {
    private final CancellationSource source = new CancellationSource();
    private final CompletableFuture<String> returned = new CompletableFuture<>();
    private final CompletableFuture<String> waitedFor =
            CancelledReturnValues.waitedFor(returned, returned, source.token());

    @Test
    void itsResultIsPassedOn() {
        returned.complete("done");
        assertThat(waitedFor).isCompletedWithValue("done");
    }

    @Test
    void itsFailureIsPassedOnAsItIs() {
        IllegalStateException failure = new IllegalStateException("failed");
        returned.completeExceptionally(failure);
        assertThat(waitedFor)
                .isCompletedExceptionally()
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .havingCause()
                .isSameAs(failure);
    }

    @Test
    void cancellingItWithItsRequestIsNotPassedOn() {
        source.cancel(new ServerStopping());
        assertThat(returned).isCancelled();
        assertThat(waitedFor).isNotDone();
    }

    @Test
    void oneThatIsCancelledByItsOwnerIsPassedOn() {
        returned.cancel(true);
        assertThat(waitedFor).isCompletedExceptionally();
    }
}
