package io.dropguard.exchange;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.jspecify.annotations.Nullable;

/** How long the caller says it will wait. */
final class CallerDeadline {
    /** gRPC over HTTP/2: at most eight digits and a unit. */
    private static final Pattern GRPC = Pattern.compile("(\\d{1,8})([HMSmun])");

    private static final Map<String, ChronoUnit> GRPC_UNITS =
            Map.of(
                    "H", ChronoUnit.HOURS,
                    "M", ChronoUnit.MINUTES,
                    "S", ChronoUnit.SECONDS,
                    "m", ChronoUnit.MILLIS,
                    "u", ChronoUnit.MICROS,
                    "n", ChronoUnit.NANOS);

    private static final Pattern DECIMAL = Pattern.compile("\\d{1,9}(\\.\\d{1,9})?");

    private CallerDeadline() {}

    /**
     * @throws IllegalArgumentException if it is not known how to read a header of this name
     */
    static void check(String header) {
        if (header.isBlank())
            throw new IllegalArgumentException(
                    "response-deadline-headers: a blank name (expected: names of request headers)");
    }

    /**
     * The shortest time that the named headers tell; what cannot be read is not counted, nor is
     * zero, with which some callers say that they set no limit.
     */
    static @Nullable Duration of(HttpFields headers, List<String> names) {
        Duration shortest = null;
        for (String name : names) {
            String value = headers.get(name);
            Duration told = value == null ? null : parse(name, value.strip());
            if (told == null || told.isZero()) continue;
            if (shortest == null || told.compareTo(shortest) < 0) shortest = told;
        }
        return shortest;
    }

    /**
     * {@code grpc-timeout} has gRPC's syntax; names that end with {@code -Ms} milliseconds, as
     * Envoy's {@code X-Envoy-Expected-Rq-Timeout-Ms}; all others seconds, as {@code
     * Request-Timeout}.
     */
    private static @Nullable Duration parse(String name, String value) {
        String lower = name.toLowerCase(Locale.ROOT);
        try {
            if (lower.equals("grpc-timeout")) {
                Matcher grpc = GRPC.matcher(value);
                ChronoUnit unit = grpc.matches() ? GRPC_UNITS.get(grpc.group(2)) : null;
                return unit == null ? null : Duration.of(Long.parseLong(grpc.group(1)), unit);
            }
            if (!DECIMAL.matcher(value).matches()) return null;
            double number = Double.parseDouble(value);
            return Duration.ofNanos((long) (number * (lower.endsWith("-ms") ? 1e6 : 1e9)));
        } catch (ArithmeticException | DateTimeException tooLarge) {
            return null;
        }
    }
}
