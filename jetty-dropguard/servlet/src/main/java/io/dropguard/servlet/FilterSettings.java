package io.dropguard.servlet;

import io.dropguard.Option;
import io.dropguard.PolicyBuilder;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What one filter sets, and for which requests. Immutable.
 *
 * @param name the filter's
 * @param parameters in the order in which they are to be set
 * @param mappings what it is mapped to
 */
record FilterSettings(String name, Map<String, String> parameters, List<FilterMapping> mappings) {
    static final String INTERRUPT = "interrupt";

    /** Set first, for {@code heartbeat-content-type} is checked against it. */
    static final String XML = "heartbeat-xml";

    /**
     * @throws ServletException if a parameter is unknown or malformed
     */
    static FilterSettings of(FilterConfig config) throws ServletException {
        String name = config.getFilterName();
        Map<String, String> parameters = new LinkedHashMap<>();
        String xml = config.getInitParameter(XML);
        if (xml != null) parameters.put(XML, xml);
        for (String key : new TreeSet<>(Collections.list(config.getInitParameterNames())))
            parameters.put(key, config.getInitParameter(key));
        check(name, parameters);
        return new FilterSettings(
                name, Collections.unmodifiableMap(parameters), mappings(config, name));
    }

    private static void check(String filter, Map<String, String> parameters)
            throws ServletException {
        PolicyBuilder policy = PolicyBuilder.create();
        for (Map.Entry<String, String> each : parameters.entrySet())
            try {
                if (each.getKey().equals(INTERRUPT)) flag(each.getKey(), each.getValue());
                else if (PolicyBuilder.keys().contains(each.getKey()))
                    policy.set(each.getKey(), each.getValue());
                else throw unknown(each.getKey());
            } catch (IllegalArgumentException wrong) {
                throw new ServletException("filter " + filter + ": " + wrong.getMessage(), wrong);
            }
    }

    private static IllegalArgumentException unknown(String key) {
        TreeSet<String> known = new TreeSet<>(PolicyBuilder.keys());
        known.add(INTERRUPT);
        return Option.unknown(key, known);
    }

    static boolean flag(String key, String value) {
        return switch (value.strip()) {
            case "true" -> true;
            case "false" -> false;
            default ->
                    throw new IllegalArgumentException(
                            key + ": " + value + " (expected: true or false)");
        };
    }

    private static List<FilterMapping> mappings(FilterConfig config, String name) {
        FilterRegistration registration = config.getServletContext().getFilterRegistration(name);
        if (registration == null) return List.of();
        Collection<String> patterns = registration.getUrlPatternMappings();
        Collection<String> servlets = registration.getServletNameMappings();
        return Stream.concat(
                        patterns.stream().distinct().map(FilterMapping::toPattern),
                        servlets.stream().distinct().map(FilterMapping::toServlet))
                .toList();
    }

    /** The most specific of the mappings that match, or null if none does. */
    @Nullable FilterMapping match(HttpServletRequest request) {
        FilterMapping best = null;
        for (FilterMapping each : mappings)
            if (each.matches(request) && (best == null || each.compareTo(best) > 0)) best = each;
        return best;
    }
}
