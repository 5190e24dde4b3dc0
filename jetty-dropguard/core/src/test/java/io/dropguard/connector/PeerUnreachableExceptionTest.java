package io.dropguard.connector;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.cancel.ClientLoss.Signal;
import java.io.IOException;
import java.net.SocketException;
import org.eclipse.jetty.io.EofException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeerUnreachableExceptionTest {

    @ParameterizedTest
    @ValueSource(strings = {"Connection timed out", "Operation timed out", "No route to host"})
    void whatTheKernelSaysOfAVanishedPeerIsRecognised(String message) {
        IOException failure = new IOException(message);

        assertThat(PeerUnreachableException.signalOf(failure)).isEqualTo(Signal.UNREACHABLE);
        assertThat(PeerUnreachableException.isCauseOf(new EofException(failure))).isTrue();
    }

    @Test
    void aResetAndABrokenPipeAreNone() {
        assertThat(PeerUnreachableException.signalOf(new SocketException("Connection reset")))
                .isEqualTo(Signal.RST);
        assertThat(PeerUnreachableException.signalOf(new IOException("Broken pipe")))
                .isEqualTo(Signal.RST);
        assertThat(PeerUnreachableException.isCauseOf(new IOException())).isFalse();
    }

    @Test
    void anApplicationsOwnWordsAreNone() {
        assertThat(
                        PeerUnreachableException.isCauseOf(
                                new IllegalStateException("Connection timed out")))
                .isFalse();
    }

    @Test
    void causesThatFormACycleEnd() {
        IOException one = new IOException("one");
        IOException other = new IOException("other", one);
        one.initCause(other);

        assertThat(PeerUnreachableException.isCauseOf(one)).isFalse();
    }
}
