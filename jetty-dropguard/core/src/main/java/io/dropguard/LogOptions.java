package io.dropguard;

import io.dropguard.log.BodyConfig;
import io.dropguard.log.ExchangeLog;
import io.dropguard.log.ExchangeSink;
import io.dropguard.log.FileConfig;
import io.dropguard.log.LogConfig;
import io.dropguard.log.LogFormat;
import io.dropguard.log.Overflow;
import io.dropguard.log.RedactionRules;
import io.dropguard.log.Sampling;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The options of the exchange log, by their keys. Not thread-safe. */
final class LogOptions {
    static final List<String> KEYS =
            List.of(
                    "log",
                    "log-bodies",
                    "log-body-limit",
                    "log-decompress",
                    "log-file",
                    "log-file-compress",
                    "log-file-keep",
                    "log-file-size",
                    "log-format",
                    "log-headers",
                    "log-overflow",
                    "log-queue",
                    "log-redact",
                    "log-redact-paths",
                    "log-sample",
                    "log-started");

    private enum Destination {
        OFF,
        STDOUT,
        SLF4J,
        SLF4J_KEY_VALUES,
        FILE
    }

    private Destination destination = Destination.OFF;
    private LogConfig config = LogConfig.DEFAULT;
    private RedactionRules rules = RedactionRules.defaults();
    private FileConfig file = FileConfig.of(Path.of("exchange.log"));

    /**
     * Sets the option of a key.
     *
     * @throws IllegalArgumentException if the value does not fit
     */
    void set(String key, String value) {
        switch (key) {
            case "log" -> destination = OptionValues.choice(key, value, Destination.class);
            case "log-bodies" -> bodies(body -> body.withKinds(kinds(key, value)));
            case "log-body-limit" -> bodies(body -> body.withLimit(OptionValues.bytes(key, value)));
            case "log-decompress" ->
                    bodies(body -> body.withDecompress(OptionValues.flag(key, value)));
            case "log-file" -> file = file.withPath(Path.of(value.strip()));
            case "log-file-compress" -> file = file.withCompress(OptionValues.flag(key, value));
            case "log-file-keep" -> file = file.withKeep(OptionValues.bytes(key, value));
            case "log-file-size" -> file = file.withMaxSize(OptionValues.bytes(key, value));
            case "log-format" ->
                    config = config.withFormat(OptionValues.choice(key, value, LogFormat.class));
            case "log-headers" -> rules = rules.showingHeaders(names(value));
            case "log-overflow" ->
                    file = file.withOverflow(OptionValues.choice(key, value, Overflow.class));
            case "log-queue" -> file = file.withQueue(OptionValues.bytes(key, value));
            case "log-redact" -> rules = rules.hiding(names(value));
            case "log-redact-paths" -> rules = rules.hidingPaths(names(value));
            case "log-sample" -> config = config.withSampling(new Sampling(share(key, value)));
            case "log-started" -> config = config.withStarted(OptionValues.flag(key, value));
            default -> throw Option.unknown(key, KEYS);
        }
    }

    /** The log that was asked for, or null if none was. */
    @Nullable ExchangeLog build() {
        LogConfig whole = config.withRedactor(rules);
        return switch (destination) {
            case OFF -> null;
            // not System.out, whose encoding and buffering are made for text
            case STDOUT ->
                    new ExchangeLog(
                            whole, ExchangeSink.stream(new FileOutputStream(FileDescriptor.out)));
            case SLF4J -> new ExchangeLog(whole, ExchangeSink.slf4j());
            case SLF4J_KEY_VALUES -> new ExchangeLog(whole, ExchangeSink.slf4jKeyValues());
            case FILE -> new ExchangeLog(whole, ExchangeSink.file(file));
        };
    }

    private void bodies(Function<BodyConfig, BodyConfig> change) {
        config = config.withBodies(change.apply(config.bodies()));
    }

    /** {@code none}, or some of {@code json,form,text}. */
    private static Set<BodyConfig.Kind> kinds(String key, String value) {
        Set<BodyConfig.Kind> kinds = EnumSet.noneOf(BodyConfig.Kind.class);
        if (value.strip().equals("none")) return kinds;
        for (String name : names(value))
            kinds.add(OptionValues.choice(key, name, BodyConfig.Kind.class));
        return kinds;
    }

    private static List<String> names(String value) {
        return Stream.of(value.split(",")).map(String::strip).filter(n -> !n.isEmpty()).toList();
    }

    private static double share(String key, String value) {
        try {
            return Double.parseDouble(value.strip());
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException(key + ": " + value + " (expected: 0..1)");
        }
    }
}
