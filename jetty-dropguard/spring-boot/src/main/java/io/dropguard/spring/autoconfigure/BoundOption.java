package io.dropguard.spring.autoconfigure;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.OriginTrackedValue;

/**
 * An option that a property sets. Immutable.
 *
 * @param key the option's
 * @param property the property's
 * @param value what it says; a list's members with commas between
 * @param isFlag whether that is a boolean, as YAML 1.1 reads {@code off} and {@code on} too
 * @param origin where it says so, if that is known
 */
record BoundOption(
        String key, String property, String value, boolean isFlag, @Nullable Origin origin) {

    /** What takes options by their keys. */
    interface Setter {
        /**
         * Sets one.
         *
         * @throws IllegalArgumentException if there is no such key, or the value does not fit
         */
        void set(String key, String value);
    }

    /** What the environment says of an option, or null if nothing. */
    static @Nullable BoundOption find(
            Binder binder, ConfigurationPropertyName property, String key, @Nullable Origin from) {
        Object value = binder.bind(property, Bindable.of(Object.class)).orElse(null);
        if (value == null) {
            List<String> members =
                    binder.bind(property, Bindable.listOf(String.class)).orElse(List.of());
            if (members.isEmpty()) return null;
            value = String.join(",", members);
        }
        if (value instanceof OriginTrackedValue tracked) value = tracked.getValue();
        return new BoundOption(
                key, property.toString(), String.valueOf(value), value instanceof Boolean, from);
    }

    /**
     * Sets it.
     *
     * @throws IllegalArgumentException if there is no such key, or the value does not fit
     */
    void applyTo(Setter setter) {
        try {
            setter.set(key, value);
        } catch (IllegalArgumentException wrong) {
            if (!isFlag || !setAsWord(setter)) throw wrong;
        }
    }

    private boolean setAsWord(Setter setter) {
        try {
            setter.set(key, value.equals("true") ? "on" : "off");
            return true;
        } catch (IllegalArgumentException neither) {
            return false; // told as the user has written it
        }
    }
}
