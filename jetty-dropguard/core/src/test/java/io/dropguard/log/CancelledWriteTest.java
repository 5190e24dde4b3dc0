package io.dropguard.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.DropGuard;
import io.dropguard.testkit.Departure;
import io.dropguard.testkit.Http2Client;
import io.dropguard.testkit.Protocol;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.QuietException;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * T1 writes the end of an answer over HTTP/2; T2 hears that its client leaves, and has Jetty cancel
 * the write. Both orders are forced in the endpoint, at the system call of T1's.
 */
class CancelledWriteTest {
    /** 8: when a connection is closed, Jetty fails its frames in an order of chance. */
    private static final int TIMES = 8;

    /** 8 KiB: not so little that Jetty copies it. */
    private static final int LARGE = 8 * 1024;

    /** How the answer ends. */
    enum Answer {
        WHOLE("completed"),
        EMPTY("completed"),
        IN_PARTS("completed"),
        /** By another thread than the one that handles the request. */
        LATER("completed"),
        /** In a buffer that has something else in it once the write is over. */
        REUSED("completed"),
        HEAD("completed"),
        NOT_FOUND("completed"),
        THROWN("failed");

        private final String outcome;

        Answer(String outcome) {
            this.outcome = outcome;
        }
    }

    static Stream<Arguments> leaves() {
        // the error page of an exception is no write that Jetty would cancel
        Stream<Arguments> resets =
                Stream.of(Answer.values())
                        .filter(answer -> answer != Answer.THROWN)
                        .flatMap(
                                answer ->
                                        Stream.of(true, false)
                                                .map(
                                                        guarded ->
                                                                Arguments.of(
                                                                        answer,
                                                                        Departure.STREAM_RESET,
                                                                        guarded)));
        return Stream.concat(closes(), resets);
    }

    static Stream<Arguments> closes() {
        return Stream.of(Answer.values())
                .flatMap(
                        answer ->
                                Stream.of(
                                        Arguments.of(answer, Departure.FIN, false),
                                        Arguments.of(answer, Departure.FIN, true),
                                        Arguments.of(answer, Departure.RST, true)));
    }

    @ParameterizedTest(name = "{0}, then {1}, guarded: {2}")
    @MethodSource("leaves")
    void anAnswerThatItsClientHasReadIsCompleteThoughItsWriteIsCancelledBeforeItIsTold(
            Answer answer, Departure departure, boolean guarded) throws Exception {
        HeldWrites.Hold hold =
                departure == Departure.STREAM_RESET
                        ? HeldWrites.Hold.WRITTEN_UNTIL_CANCELLED
                        : HeldWrites.Hold.WRITTEN_UNTIL_CLOSED;

        assertThat(outcomes(answer, departure, guarded, hold)).containsOnly(answer.outcome);
    }

    @ParameterizedTest(name = "{0}, then {1}, guarded: {2}")
    @MethodSource("closes")
    void anAnswerThatWasNotWrittenWhenItsClientLeftIsNotComplete(
            Answer answer, Departure departure, boolean guarded) throws Exception {
        assertThat(outcomes(answer, departure, guarded, HeldWrites.Hold.UNWRITTEN_UNTIL_CLOSED))
                .containsOnly("client_lost");
    }

    private static List<String> outcomes(
            Answer answer, Departure departure, boolean guarded, HeldWrites.Hold hold)
            throws Exception {
        Records records = new Records();
        Server server = new Server();
        HeldWrites writes =
                new HeldWrites(server, new HTTP2CServerConnectionFactory(new HttpConfiguration()));
        server.addConnector(writes);
        server.setHandler(new Answering(answer, writes));
        ExchangeLog log = new ExchangeLog(LogConfig.DEFAULT, records);
        if (guarded) DropGuard.builder().log(log).build().installOn(server);
        else server.insertHandler(log);
        server.insertHandler(writes.cancels());
        server.start();
        try {
            List<String> outcomes = new ArrayList<>();
            for (int i = 0; i < TIMES; i++) {
                writes.hold(hold);
                try (Http2Client client =
                        Http2Client.connect(Protocol.H2C, writes.getLocalPort())) {
                    if (answer == Answer.HEAD) client.head("/");
                    else client.get("/");
                    if (hold == HeldWrites.Hold.UNWRITTEN_UNTIL_CLOSED) writes.awaitHeld();
                    else client.body();
                    client.leave(departure);
                    outcomes.add(records.next().get("dropguard.outcome").asString());
                }
            }
            return outcomes;
        } finally {
            server.stop();
        }
    }

    private static final class Answering extends Handler.Abstract {
        private final Answer answer;
        private final HeldWrites writes;

        Answering(Answer answer, HeldWrites writes) {
            this.answer = answer;
            this.writes = writes;
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            switch (answer) {
                case WHOLE -> {
                    writes.arm();
                    Content.Sink.write(response, true, "hello", callback);
                }
                case EMPTY -> {
                    writes.arm();
                    response.setStatus(204);
                    callback.succeeded();
                }
                case IN_PARTS ->
                        Content.Sink.write(
                                response,
                                false,
                                "hello",
                                Callback.from(
                                        () -> {
                                            writes.arm();
                                            response.write(true, null, callback);
                                        },
                                        callback::failed));
                case LATER ->
                        request.getComponents()
                                .getExecutor()
                                .execute(
                                        () -> {
                                            writes.arm();
                                            response.write(
                                                    true, ByteBuffer.allocate(LARGE), callback);
                                        });
                case REUSED -> {
                    ByteBuffer content = ByteBuffer.allocate(LARGE);
                    Callback reusing =
                            Callback.from(
                                    callback::succeeded,
                                    failure -> {
                                        content.clear();
                                        callback.failed(failure);
                                    });
                    request.getComponents()
                            .getExecutor()
                            .execute(
                                    () -> {
                                        writes.arm();
                                        response.write(true, content, reusing);
                                    });
                }
                case HEAD -> {
                    writes.arm();
                    response.write(true, ByteBuffer.allocate(LARGE), callback);
                }
                case NOT_FOUND -> {
                    writes.arm();
                    return false;
                }
                case THROWN -> {
                    writes.arm();
                    throw new QuietException.RuntimeException("thrown");
                }
            }
            return true;
        }
    }
}
