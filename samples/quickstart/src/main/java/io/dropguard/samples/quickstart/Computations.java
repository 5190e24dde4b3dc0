package io.dropguard.samples.quickstart;

import io.dropguard.cancel.ClientLoss;
import java.io.PrintStream;
import java.time.Instant;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What the endpoints did, for {@code /stats} and the console. Thread-safe. */
final class Computations {
    private record LastLoss(ClientLoss loss, Instant stopped) {}

    private record LastEnded(String outcome, Instant at) {}

    private final PrintStream console;
    private final LongAdder started = new LongAdder();
    private final LongAdder completed = new LongAdder();
    private final LongAdder stopped = new LongAdder();
    private final LongAdder completedNanos = new LongAdder();
    private final LongAdder stoppedNanos = new LongAdder();
    private final Map<ClientLoss.Signal, LongAdder> losses = new EnumMap<>(ClientLoss.Signal.class);
    private final AtomicReference<@Nullable LastLoss> last = new AtomicReference<>();
    private final Map<String, LastEnded> lastEnded = new ConcurrentHashMap<>(); // by mode

    Computations(PrintStream console) {
        this.console = console;
        for (ClientLoss.Signal signal : ClientLoss.Signal.values())
            losses.put(signal, new LongAdder());
    }

    Computation start(String mode) {
        started.increment();
        return new Computation(mode);
    }

    /** One that runs. It ends once: either way. Thread-safe. */
    final class Computation {
        private final String mode;
        private final long beginNanos = System.nanoTime();

        private Computation(String mode) {
            this.mode = mode;
        }

        void completed() {
            completedNanos.add(System.nanoTime() - beginNanos);
            completed.increment();
            lastEnded.put(mode, new LastEnded("completed", Instant.now()));
        }

        /** The work has stopped, because of {@code loss}. */
        void stopped(ClientLoss loss) {
            stopped(loss, Instant.now());
        }

        /**
         * As {@link #stopped(ClientLoss)}.
         *
         * @param now when the work was told to
         */
        void stopped(ClientLoss loss, Instant now) {
            stoppedNanos.add(System.nanoTime() - beginNanos);
            LongAdder count = losses.get(loss.signal());
            if (count != null) count.increment();
            last.set(new LastLoss(loss, now));
            lastEnded.put(mode, new LastEnded("stopped", now));
            stopped.increment(); // last: who sees the count rise finds the rest told
            console.printf("stopped: %s after %d ms%n", loss.signal(), loss.after().toMillis());
        }
    }

    Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put(
                "computations",
                Map.of(
                        "started", started.sum(),
                        "completed", completed.sum(),
                        "stopped", stopped.sum()));
        Map<String, Long> counts = new LinkedHashMap<>();
        losses.forEach((signal, count) -> counts.put(signal.name(), count.sum()));
        json.put("losses", counts);
        json.put("lastLoss", lastLoss());
        json.put(
                "threadMicros",
                Map.of(
                        "completed", completedNanos.sum() / 1_000,
                        "stopped", stoppedNanos.sum() / 1_000));
        json.put("lastEnded", lastEnded());
        return json;
    }

    private @Nullable Map<String, Object> lastLoss() {
        LastLoss it = last.get();
        if (it == null) return null;
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("signal", it.loss().signal().name());
        json.put("epochMicros", micros(it.loss().at()));
        json.put("stoppedEpochMicros", micros(it.stopped()));
        return json;
    }

    private Map<String, Object> lastEnded() {
        Map<String, Object> json = new TreeMap<>();
        lastEnded.forEach(
                (mode, it) ->
                        json.put(
                                mode,
                                Map.of("outcome", it.outcome(), "epochMicros", micros(it.at()))));
        return json;
    }

    private static long micros(Instant instant) {
        return instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1_000;
    }
}
