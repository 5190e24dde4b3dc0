package io.dropguard;

import io.dropguard.connector.HalfClose;
import io.dropguard.exchange.QueueOrder;
import java.util.List;

/** The options of the guard by their keys: its own, and those of its parts. */
final class GuardOptions {
    private static final List<String> OWN_KEYS =
            List.of(
                    "half-close",
                    "interrupt",
                    "lingering-bytes",
                    "lingering-connections",
                    "lingering-time",
                    "lingering-timeout",
                    "queue-order",
                    "read-ahead",
                    "watch-delay");

    static final Options<DropGuard.Builder> ALL =
            new Options<DropGuard.Builder>()
                    .with(OWN_KEYS, GuardOptions::set)
                    .with(PolicyBuilder.keys(), (b, k, v) -> b.everywhere.set(k, v))
                    .with(TuningOptions.KEYS, (b, k, v) -> b.tuning.set(k, v))
                    .with(KeepAliveOptions.KEYS, (b, k, v) -> b.keepAlive.set(k, v))
                    .with(DrainOptions.KEYS, (b, k, v) -> b.drain.set(k, v))
                    .with(MonitorOptions.KEYS, (b, k, v) -> b.monitor.set(k, v))
                    .with(ConsoleOptions.KEYS, (b, k, v) -> b.console.set(k, v))
                    .with(LogOptions.KEYS, (b, k, v) -> b.logOptions().set(k, v));

    private GuardOptions() {}

    private static void set(DropGuard.Builder builder, String key, String value) {
        switch (key) {
            case "half-close" ->
                    builder.halfClose(OptionValues.choice(key, value, HalfClose.class));
            case "interrupt" -> builder.interrupt(OptionValues.flag(key, value));
            case "lingering-bytes" ->
                    builder.linger(builder.linger.withBytes(OptionValues.longBytes(key, value)));
            case "lingering-connections" ->
                    builder.linger(builder.linger.withConnections(OptionValues.number(key, value)));
            case "lingering-time" ->
                    builder.linger(builder.linger.withTime(OptionValues.duration(key, value)));
            case "lingering-timeout" ->
                    builder.linger(builder.linger.withTimeout(OptionValues.duration(key, value)));
            case "queue-order" ->
                    builder.queueOrder(OptionValues.choice(key, value, QueueOrder.class));
            case "read-ahead" -> builder.readAhead(OptionValues.bytes(key, value));
            case "watch-delay" -> builder.watchDelay(OptionValues.duration(key, value));
            default -> throw Option.unknown(key, OWN_KEYS);
        }
    }
}
