package io.dropguard;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Options of a builder by their keys: the same keys in every home. Written when its class is
 * loaded, and read from then on.
 *
 * @param <B> the builder
 */
final class Options<B> {
    interface Setter<B> {
        void set(B builder, String key, String value);
    }

    /** A content type of XML is refused unless heartbeats for XML are on. */
    private static final Comparator<String> CHECKED_AGAINST_FIRST =
            Comparator.comparing((String key) -> !key.equals("heartbeat-xml"))
                    .thenComparing(Comparator.naturalOrder());

    private final Map<String, Setter<B>> setters = new TreeMap<>();

    Options<B> with(String key, Setter<B> setter) {
        setters.put(key, setter);
        return this;
    }

    /** Adds all of another builder's, which {@code part} finds in this one. */
    <P> Options<B> withAll(Options<P> others, Function<B, P> part) {
        others.setters.forEach(
                (key, setter) -> with(key, (b, k, v) -> setter.set(part.apply(b), k, v)));
        return this;
    }

    Set<String> keys() {
        return Collections.unmodifiableSet(setters.keySet());
    }

    /**
     * @throws IllegalArgumentException if there is no such key, or the value does not fit
     */
    void set(B builder, String key, String value) {
        requireNonNull(key, "key");
        requireNonNull(value, key);
        Setter<B> setter = setters.get(key);
        if (setter == null) throw Option.unknown(key, keys());
        setter.set(builder, key, value);
    }

    /**
     * In an order in which each can be checked against those before it.
     *
     * @throws IllegalArgumentException as {@link #set} does
     */
    void setAll(B builder, Map<String, String> options) {
        Map<String, String> sorted = new TreeMap<>(CHECKED_AGAINST_FIRST);
        sorted.putAll(options);
        sorted.forEach((key, value) -> set(builder, key, value));
    }
}
