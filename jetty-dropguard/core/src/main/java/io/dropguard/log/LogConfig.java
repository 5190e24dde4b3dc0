package io.dropguard.log;

import static java.util.Objects.requireNonNull;

/**
 * What is told of exchanges. Immutable.
 *
 * @param format how the fields are called
 * @param started whether there is a record when an exchange starts, too
 * @param sampling which exchanges leave a record
 * @param bodies which bodies are told
 * @param redactor what of it all may be stored
 */
public record LogConfig(
        LogFormat format,
        boolean started,
        Sampling sampling,
        BodyConfig bodies,
        Redactor redactor) {

    public static final LogConfig DEFAULT =
            new LogConfig(
                    LogFormat.OTEL,
                    false,
                    Sampling.ALL,
                    BodyConfig.NONE,
                    RedactionRules.defaults());

    public LogConfig {
        requireNonNull(format, "log-format");
        requireNonNull(sampling, "log-sample");
        requireNonNull(bodies, "log-bodies");
        requireNonNull(redactor, "redactor");
    }

    public LogConfig withFormat(LogFormat value) {
        return new LogConfig(value, started, sampling, bodies, redactor);
    }

    public LogConfig withStarted(boolean value) {
        return new LogConfig(format, value, sampling, bodies, redactor);
    }

    public LogConfig withSampling(Sampling value) {
        return new LogConfig(format, started, value, bodies, redactor);
    }

    public LogConfig withBodies(BodyConfig value) {
        return new LogConfig(format, started, sampling, value, redactor);
    }

    public LogConfig withRedactor(Redactor value) {
        return new LogConfig(format, started, sampling, bodies, value);
    }
}
