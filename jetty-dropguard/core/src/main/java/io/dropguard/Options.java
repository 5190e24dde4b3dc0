package io.dropguard;

import static java.util.Objects.requireNonNull;

import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

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

    /** Not one setter for each key: every start of a server would pay for a class of each. */
    Options<B> with(Collection<String> keys, Setter<B> setter) {
        for (String key : keys) setters.put(key, setter);
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
