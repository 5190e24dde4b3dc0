package io.dropguard.exchange;

import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.jetty.http.pathmap.MatchedResource;
import org.eclipse.jetty.http.pathmap.PathMappings;
import org.eclipse.jetty.http.pathmap.PathSpecGroup;
import org.eclipse.jetty.http.pathmap.ServletPathSpec;
import org.eclipse.jetty.server.Request;

/**
 * What clients that wait may expect, by path; the most specific pattern wins, as among servlets
 * (Jakarta Servlet 6.0, section 12.1). Immutable.
 */
public final class ResponsePolicies {
    public static final ResponsePolicies NONE = new ResponsePolicies(ResponsePolicy.NONE, Map.of());

    private final ResponsePolicy fallback;
    private final Map<String, ResponsePolicy> patterns;
    private final PathMappings<ResponsePolicy> mappings = new PathMappings<>();
    private final boolean exactOnly; // as most are: then every other request costs one look-up

    private ResponsePolicies(ResponsePolicy fallback, Map<String, ResponsePolicy> patterns) {
        this.fallback = fallback;
        this.patterns = patterns;
        patterns.forEach((pattern, policy) -> mappings.put(new ServletPathSpec(pattern), policy));
        this.exactOnly =
                mappings.streamResources()
                        .allMatch(each -> each.getPathSpec().getGroup() == PathSpecGroup.EXACT);
    }

    /** The same, but for paths that no pattern matches. */
    public ResponsePolicies withDefault(ResponsePolicy policy) {
        ResponsePolicy known = policy.equals(ResponsePolicy.NONE) ? ResponsePolicy.NONE : policy;
        return new ResponsePolicies(known, patterns);
    }

    /**
     * The same, but for paths that match {@code pattern}: {@code /report}, {@code /report/*},
     * {@code *.json}, from the server's root.
     *
     * @throws IllegalArgumentException if the pattern is malformed
     */
    public ResponsePolicies with(String pattern, ResponsePolicy policy) {
        Map<String, ResponsePolicy> more = new LinkedHashMap<>(patterns);
        more.put(pattern, policy);
        return new ResponsePolicies(fallback, more);
    }

    public ResponsePolicy byDefault() {
        return fallback;
    }

    ResponsePolicy of(Request request) {
        if (patterns.isEmpty()) return fallback;
        String path = Request.getPathInContext(request);
        if (exactOnly) return patterns.getOrDefault(path, fallback);
        MatchedResource<ResponsePolicy> match = mappings.getMatched(path);
        return match == null ? fallback : match.getResource();
    }
}
