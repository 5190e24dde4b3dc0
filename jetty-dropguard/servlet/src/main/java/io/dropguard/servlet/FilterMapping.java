package io.dropguard.servlet;

import jakarta.servlet.http.HttpServletRequest;
import org.eclipse.jetty.http.pathmap.ServletPathSpec;
import org.jspecify.annotations.Nullable;

/** One thing that a filter is mapped to. Ordered by how specific it is. Immutable. */
final class FilterMapping implements Comparable<FilterMapping> {
    private enum Kind {
        EVERYTHING,
        SERVLET,
        SUFFIX,
        PREFIX,
        EXACT
    }

    private final String text;
    private final Kind kind;
    private final @Nullable ServletPathSpec spec; // null for a servlet

    private FilterMapping(String text, Kind kind, @Nullable ServletPathSpec spec) {
        this.text = text;
        this.kind = kind;
        this.spec = spec;
    }

    static FilterMapping toPattern(String pattern) {
        return new FilterMapping(pattern, kind(pattern), new ServletPathSpec(pattern));
    }

    static FilterMapping toServlet(String name) {
        // As a filter is mapped to all servlets.
        return new FilterMapping(name, name.equals("*") ? Kind.EVERYTHING : Kind.SERVLET, null);
    }

    private static Kind kind(String pattern) {
        if (pattern.equals("/*") || pattern.equals("/")) return Kind.EVERYTHING;
        if (pattern.endsWith("/*")) return Kind.PREFIX;
        return pattern.startsWith("*.") ? Kind.SUFFIX : Kind.EXACT;
    }

    boolean matches(HttpServletRequest request) {
        if (spec != null) return spec.matches(path(request));
        return kind == Kind.EVERYTHING
                || text.equals(request.getHttpServletMapping().getServletName());
    }

    /** Decoded, and without the context's. */
    private static String path(HttpServletRequest request) {
        String info = request.getPathInfo();
        return info == null ? request.getServletPath() : request.getServletPath() + info;
    }

    /** The pattern that covers it, for a context with this path, from the server's root. */
    String fromRoot(String contextPath) {
        return spec == null || kind == Kind.SUFFIX || kind == Kind.EVERYTHING
                ? contextPath + "/*"
                : contextPath + text;
    }

    @Override
    public int compareTo(FilterMapping other) {
        int byKind = kind.compareTo(other.kind);
        if (byKind != 0) return byKind;
        int byLength = Integer.compare(text.length(), other.text.length());
        return byLength != 0 ? byLength : text.compareTo(other.text);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof FilterMapping mapping
                && mapping.kind == kind
                && mapping.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
