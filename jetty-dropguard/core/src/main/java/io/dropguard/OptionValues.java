package io.dropguard;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads the values of options as people write them. Errors name the key, the value and what fits.
 */
final class OptionValues {
    private static final Pattern NUMBER_AND_UNIT = Pattern.compile("(-?\\d{1,18})\\s*([A-Za-z]+)");

    private static final Map<String, ChronoUnit> TIME_UNITS =
            Map.of(
                    "us", ChronoUnit.MICROS,
                    "ms", ChronoUnit.MILLIS,
                    "s", ChronoUnit.SECONDS,
                    "m", ChronoUnit.MINUTES,
                    "h", ChronoUnit.HOURS,
                    "d", ChronoUnit.DAYS);

    private static final String BYTES = "bytes such as 16384, 16KiB or 1MiB";

    private static final Map<String, Long> BYTE_UNITS =
            Map.of("b", 1L, "kib", 1L << 10, "mib", 1L << 20, "gib", 1L << 30);

    private OptionValues() {}

    /**
     * {@code 500ms}, {@code 10s}, {@code 5m}, {@code 1h}, {@code 2d} or ISO-8601 ({@code PT10S}).
     */
    static Duration duration(String key, String value) {
        String text = value.strip();
        Matcher simple = NUMBER_AND_UNIT.matcher(text);
        try {
            if (!simple.matches()) return Duration.parse(text);
            ChronoUnit unit = TIME_UNITS.get(simple.group(2).toLowerCase(Locale.ROOT));
            if (unit != null) return Duration.of(Long.parseLong(simple.group(1)), unit);
        } catch (DateTimeException | ArithmeticException malformed) {
            // told below, in our own words
        }
        throw wrong(key, value, "a time such as 500ms, 10s, 5m or PT10S");
    }

    /** {@code 16384}, {@code 16KiB} or {@code 1MiB}. */
    static int bytes(String key, String value) {
        long bytes = longBytes(key, value);
        if ((int) bytes != bytes) throw wrong(key, value, BYTES);
        return (int) bytes;
    }

    /** As {@link #bytes}, and {@code 1GiB}. */
    static long longBytes(String key, String value) {
        String text = value.strip();
        Matcher simple = NUMBER_AND_UNIT.matcher(text);
        try {
            if (!simple.matches()) return Long.parseLong(text);
            Long unit = BYTE_UNITS.get(simple.group(2).toLowerCase(Locale.ROOT));
            if (unit != null) return Math.multiplyExact(Long.parseLong(simple.group(1)), unit);
        } catch (NumberFormatException | ArithmeticException malformed) {
            // told below, in our own words
        }
        throw wrong(key, value, BYTES);
    }

    /** As {@link #duration}, or {@code none}. */
    static @Nullable Duration durationOrNone(String key, String value) {
        return value.strip().equals("none") ? null : duration(key, value);
    }

    static int number(String key, String value) {
        try {
            return Integer.parseInt(value.strip());
        } catch (NumberFormatException malformed) {
            throw wrong(key, value, "a whole number");
        }
    }

    /** Names with commas between. */
    static List<String> list(String value) {
        return Arrays.stream(value.split(",", -1))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
    }

    static boolean flag(String key, String value) {
        return switch (value.strip()) {
            case "true" -> true;
            case "false" -> false;
            default -> throw wrong(key, value, "true or false");
        };
    }

    /** One of an enum's constants, written in kebab-case. */
    static <E extends Enum<E>> E choice(String key, String value, Class<E> type) {
        for (E constant : type.getEnumConstants())
            if (kebab(constant).equals(value.strip())) return constant;
        throw wrong(
                key,
                value,
                Arrays.stream(type.getEnumConstants())
                        .map(OptionValues::kebab)
                        .collect(Collectors.joining(", ")));
    }

    static String kebab(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static IllegalArgumentException wrong(String key, String value, String expected) {
        return new IllegalArgumentException(key + ": " + value + " (expected: " + expected + ")");
    }
}
