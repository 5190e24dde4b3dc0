package io.dropguard.spring.autoconfigure;

import static org.springframework.boot.context.properties.source.ConfigurationPropertyState.ABSENT;

import io.dropguard.DropGuard;
import io.dropguard.Option;
import io.dropguard.PolicyBuilder;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * The names that are given under {@code dropguard}: the options that they set, so that nobody looks
 * for the others, and those that nobody knows.
 *
 * <p>An environment variable that nobody knows is not refused: Kubernetes, for one, makes {@code
 * DROPGUARD_PORT} of a service's name.
 */
final class GivenNames {
    private static final Logger LOG = LoggerFactory.getLogger(GivenNames.class);

    private static final String ENABLED = "enabled";

    /** With it nobody needs the list of all options. */
    private static final Pattern SUGGESTION = Pattern.compile("; (did you mean [a-z0-9-]+\\?\\))$");

    private static final class Known {
        static final List<String> KEYS = DropGuard.options().stream().map(Option::key).toList();
    }

    private final Set<String> keys = new TreeSet<>();
    private final Map<String, Set<String>> keysByPattern = new LinkedHashMap<>();
    private final Set<String> problems = new LinkedHashSet<>();

    private GivenNames() {}

    static GivenNames in(List<ConfigurationPropertySource> sources) {
        GivenNames names = new GivenNames();
        for (ConfigurationPropertySource source : sources) {
            if (source.containsDescendantOf(BoundOptions.PREFIX) == ABSENT) continue;
            if (!(source instanceof IterableConfigurationPropertySource iterable))
                names.keys.addAll(Known.KEYS); // it tells only what it is asked
            else
                for (ConfigurationPropertyName name : iterable)
                    if (BoundOptions.PREFIX.isAncestorOf(name)) names.add(name, source);
        }
        return names;
    }

    /** Those that may be set for all paths. */
    Set<String> keys() {
        return keys;
    }

    /** Those that may be set by the patterns of {@code dropguard.paths}, as these are written. */
    Map<String, Set<String>> keysByPattern() {
        return keysByPattern;
    }

    Set<String> problems() {
        return problems;
    }

    private void add(ConfigurationPropertyName name, ConfigurationPropertySource source) {
        if (isOfEnvironment(source)) addVariable(name, source);
        else if (BoundOptions.PATHS.isAncestorOf(name)) addPath(name, source);
        else if (!name.getElement(1, Form.UNIFORM).equals(ENABLED)) {
            String key = knownKey(name.getElement(1, Form.UNIFORM), Known.KEYS);
            // deeper names are a list's: [0]
            if (key == null || (name.getNumberOfElements() > 2 && !name.isLastElementIndexed()))
                unknown(name, rest(name, 1), source, DropGuard.builder()::set);
            else keys.add(key);
        }
    }

    /** An underscore stands for a dot or, as of old, for a dash. */
    private void addVariable(ConfigurationPropertyName name, ConfigurationPropertySource source) {
        StringBuilder element = new StringBuilder();
        for (int i = 1; i < name.getNumberOfElements(); i++)
            if (!name.isNumericIndex(i)) element.append(name.getElement(i, Form.UNIFORM));
        if (element.toString().equals(ENABLED)) return;
        String key = knownKey(element.toString(), Known.KEYS);
        if (key != null) keys.add(key);
        else
            LOG.warn(
                    "Ignored: no option is called so{} (expected: DROPGUARD_ and a key without"
                            + " its dashes, such as DROPGUARD_HALFCLOSE)",
                    at(name, source));
    }

    private void addPath(ConfigurationPropertyName name, ConfigurationPropertySource source) {
        String pattern = name.getElement(2, Form.ORIGINAL);
        if (!pattern.startsWith("/") && !pattern.startsWith("*.")) {
            problems.add(
                    name
                            + " (expected: a pattern such as /report/* in brackets, in YAML"
                            + " \"[/report/*]\")"
                            + at(name, source));
            return;
        }
        String key =
                name.getNumberOfElements() < 4
                        ? null
                        : knownKey(name.getElement(3, Form.UNIFORM), PolicyBuilder.keys());
        if (key == null) unknown(name, rest(name, 3), source, PolicyBuilder.create()::set);
        else keysByPattern.computeIfAbsent(pattern, each -> new TreeSet<>()).add(key);
    }

    /** As the guard itself would tell it. */
    private void unknown(
            ConfigurationPropertyName name,
            String key,
            ConfigurationPropertySource source,
            BoundOption.Setter refusing) {
        try {
            refusing.set(key, "");
            problems.add(name + ": unknown property" + at(name, source));
        } catch (IllegalArgumentException refused) {
            String message = String.valueOf(refused.getMessage());
            Matcher suggestion = SUGGESTION.matcher(message);
            String told = suggestion.find() ? ": unknown option (" + suggestion.group(1) : message;
            problems.add(
                    name
                            + (told.startsWith(key) ? told.substring(key.length()) : told)
                            + at(name, source));
        }
    }

    private static String rest(ConfigurationPropertyName name, int from) {
        return name.getNumberOfElements() <= from ? "" : name.subName(from).toString();
    }

    private static String at(ConfigurationPropertyName name, ConfigurationPropertySource source) {
        ConfigurationProperty property = source.getConfigurationProperty(name);
        return property == null || property.getOrigin() == null
                ? ""
                : " at " + property.getOrigin();
    }

    /** The key of which {@code element} is a spelling that Spring allows, or null. */
    private static @Nullable String knownKey(String element, Collection<String> keys) {
        for (String key : keys) if (uniform(key).equals(element)) return key;
        return null;
    }

    private static String uniform(String key) {
        return key.replace("-", "");
    }

    private static boolean isOfEnvironment(ConfigurationPropertySource source) {
        return source.getUnderlyingSource() instanceof PropertySource<?> underlying
                && underlying instanceof SystemEnvironmentPropertySource;
    }
}
