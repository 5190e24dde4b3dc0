package io.dropguard.spring.autoconfigure;

import io.dropguard.DropGuard;
import io.dropguard.PolicyBuilder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.origin.Origin;
import org.springframework.core.env.Environment;

/**
 * What the environment says under {@code dropguard}, by the keys that the guard knows, so that each
 * is a property without being named here. Immutable.
 *
 * <p>{@code dropguard.KEY} is for all paths, and {@code dropguard.paths[PATTERN].KEY} for some.
 */
final class BoundOptions {
    static final ConfigurationPropertyName PREFIX = ConfigurationPropertyName.of("dropguard");
    static final ConfigurationPropertyName PATHS = PREFIX.append("paths");

    private final List<BoundOption> everywhere;
    private final Map<String, List<BoundOption>> byPath;

    private BoundOptions(List<BoundOption> everywhere, Map<String, List<BoundOption>> byPath) {
        this.everywhere = List.copyOf(everywhere);
        this.byPath = byPath;
    }

    /**
     * Reads them.
     *
     * @throws InvalidOptionsException if there are properties that nobody knows
     */
    static BoundOptions of(Environment environment) {
        List<ConfigurationPropertySource> sources = new ArrayList<>();
        ConfigurationPropertySources.get(environment).forEach(sources::add);
        GivenNames given = GivenNames.in(sources);
        List<String> problems = new ArrayList<>(given.problems());
        Binder binder = Binder.get(environment);
        List<BoundOption> everywhere = bind(binder, sources, PREFIX, given.keys(), problems);
        Map<String, List<BoundOption>> byPath = new LinkedHashMap<>();
        given.keysByPattern()
                .forEach(
                        (pattern, keys) ->
                                byPath.put(
                                        pattern,
                                        bind(
                                                binder,
                                                sources,
                                                PATHS.append("[" + pattern + "]"),
                                                keys,
                                                problems)));
        if (!problems.isEmpty()) throw new InvalidOptionsException(problems);
        return new BoundOptions(everywhere, byPath);
    }

    private static List<BoundOption> bind(
            Binder binder,
            List<ConfigurationPropertySource> sources,
            ConfigurationPropertyName prefix,
            Set<String> keys,
            List<String> problems) {
        List<BoundOption> bound = new ArrayList<>();
        for (String key : keys) {
            ConfigurationPropertyName property = prefix.append(key);
            try {
                BoundOption option =
                        BoundOption.find(binder, property, key, origin(sources, property));
                if (option != null) bound.add(option);
            } catch (BindException unreadable) {
                Throwable cause = unreadable.getCause();
                problems.add(property + ": " + (cause == null ? unreadable : cause).getMessage());
            }
        }
        return bound;
    }

    private static @Nullable Origin origin(
            List<ConfigurationPropertySource> sources, ConfigurationPropertyName name) {
        for (ConfigurationPropertySource source : sources) {
            ConfigurationProperty property = source.getConfigurationProperty(name);
            if (property != null) return property.getOrigin();
        }
        return null;
    }

    /**
     * Applies all.
     *
     * @throws InvalidOptionsException if values do not fit
     */
    void applyTo(DropGuard.Builder builder) {
        applyTo(builder, key -> true);
    }

    /**
     * Applies what is for all paths, as far as {@code wanted} and with the rest checked only, and
     * what is for some.
     *
     * @throws InvalidOptionsException if values do not fit
     */
    void applyTo(DropGuard.Builder builder, Predicate<String> wanted) {
        List<String> problems = new ArrayList<>();
        apply(everywhere, builder::set, wanted, problems);
        apply(everywhere, DropGuard.builder()::set, wanted.negate(), problems);
        byPath.forEach(
                (pattern, options) -> {
                    try {
                        builder.path(
                                pattern,
                                policy -> apply(options, policy::set, key -> true, problems));
                    } catch (IllegalArgumentException wrong) {
                        problems.add(PATHS + "[" + pattern + "]: " + wrong.getMessage());
                    }
                });
        if (!problems.isEmpty()) throw new InvalidOptionsException(problems);
    }

    /**
     * Applies what is for all paths and not for an application's clients.
     *
     * @throws InvalidOptionsException if values do not fit
     */
    void applyTransportTo(DropGuard.Builder builder) {
        List<String> problems = new ArrayList<>();
        apply(
                everywhere,
                builder::set,
                key -> !PolicyBuilder.keys().contains(key) && !key.equals(LeavingLifecycle.DELAY),
                problems);
        if (!problems.isEmpty()) throw new InvalidOptionsException(problems);
    }

    /** What {@code dropguard.KEY} says, or null if nothing. */
    @Nullable String value(String key) {
        for (BoundOption option : everywhere) if (option.key().equals(key)) return option.value();
        return null;
    }

    /** Some options are checked against others: those that do not fit at first are tried last. */
    private static void apply(
            Collection<BoundOption> options,
            BoundOption.Setter setter,
            Predicate<String> wanted,
            List<String> problems) {
        List<BoundOption> refused = new ArrayList<>();
        for (BoundOption option : options)
            if (wanted.test(option.key()) && problem(option, setter) != null) refused.add(option);
        for (BoundOption option : refused) {
            String problem = problem(option, setter);
            if (problem != null) problems.add(problem);
        }
    }

    private static @Nullable String problem(BoundOption option, BoundOption.Setter setter) {
        try {
            option.applyTo(setter);
            return null;
        } catch (IllegalArgumentException wrong) {
            String message = String.valueOf(wrong.getMessage());
            String told =
                    message.startsWith(option.key() + ":")
                            ? option.property() + message.substring(option.key().length())
                            : option.property() + ": " + message;
            return option.origin() == null ? told : told + " at " + option.origin();
        }
    }

    @Override
    public String toString() {
        Set<String> keys = new TreeSet<>();
        for (BoundOption option : everywhere) keys.add(option.key());
        return "BoundOptions" + keys + byPath.keySet();
    }
}
