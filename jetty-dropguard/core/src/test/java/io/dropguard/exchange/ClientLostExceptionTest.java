package io.dropguard.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.cancel.ClientLoss;
import io.dropguard.cancel.ClientLoss.Signal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.net.SocketException;
import java.time.Duration;
import java.time.Instant;
import org.eclipse.jetty.io.EofException;
import org.junit.jupiter.api.Test;

class ClientLostExceptionTest {
    private static final String MESSAGE = "client lost (RST) after 42 ms";

    private final SocketException reset = new SocketException("Connection reset");
    private final ClientLostException thrown =
            new ClientLostException(
                    new ClientLoss(Signal.RST, Duration.ofMillis(42), Instant.EPOCH, reset));

    @Test
    void itSaysHowAndWhenTheClientLeft() {
        assertThat(thrown).hasMessage(MESSAGE).hasCause(reset);
        assertThat(thrown).hasToString(ClientLostException.class.getName() + ": " + MESSAGE);
        assertThat(thrown.getStackTrace()).isEmpty();
    }

    @Test
    void itSaysSoElsewhereToo() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(thrown);
        }
        try (ObjectInputStream in =
                new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertThat(in.readObject())
                    .isInstanceOfSatisfying(
                            EofException.class,
                            read ->
                                    assertThat(read)
                                            .hasMessage(MESSAGE)
                                            .hasRootCauseMessage("Connection reset"));
        }
    }
}
