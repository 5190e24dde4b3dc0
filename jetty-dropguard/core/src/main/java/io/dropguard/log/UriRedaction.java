package io.dropguard.log;

import io.dropguard.log.Redactor.Part;

/** Redacts parameters and credentials that stand in URIs. Confined to one thread. */
final class UriRedaction {
    private final Redactor redactor;

    UriRedaction(Redactor redactor) {
        this.redactor = redactor;
    }

    /** Whether the values of a header are URIs. */
    static boolean isUri(String header) {
        return switch (header) {
            case "location", "content-location", "referer", "origin" -> true;
            default -> false;
        };
    }

    /** A URI without its user, with its parameters redacted, wherever they stand. */
    String uri(String uri) {
        int hash = uri.indexOf('#');
        String fragment = hash < 0 ? "" : "#" + parameters(Part.QUERY, uri.substring(hash + 1));
        String rest = hash < 0 ? uri : uri.substring(0, hash);
        int mark = rest.indexOf('?');
        String query = mark < 0 ? "" : "?" + parameters(Part.QUERY, rest.substring(mark + 1));
        return path(withoutUser(mark < 0 ? rest : rest.substring(0, mark))) + query + fragment;
    }

    private static String withoutUser(String uri) {
        int slashes = uri.indexOf("//");
        if (slashes < 0) return uri;
        int end = uri.indexOf('/', slashes + 2);
        int at = uri.lastIndexOf('@', end < 0 ? uri.length() : end);
        return at < slashes + 2
                ? uri
                : uri.substring(0, slashes + 2) + Redactor.REDACTED + uri.substring(at);
    }

    /** A path, with the parameters of its segments redacted. */
    String path(String path) {
        int mark = path.indexOf(';');
        if (mark < 0) return path;
        StringBuilder out = new StringBuilder(path.length());
        int from = 0;
        while (mark >= 0) {
            int end = path.indexOf('/', mark);
            if (end < 0) end = path.length();
            out.append(path, from, mark + 1)
                    .append(parameters(Part.PATH, path.substring(mark + 1, end)));
            from = end;
            mark = path.indexOf(';', end);
        }
        return out.append(path, from, path.length()).toString();
    }

    /**
     * Parameters as {@code a=1&b=2}. Servers differ in whether {@code ;} separates them, and links
     * put together by hand have two {@code ?}, so both do here.
     */
    String parameters(Part part, String text) {
        StringBuilder out = null; // while nothing had to be changed
        int from = 0;
        while (from <= text.length()) {
            int end = from;
            int equals = -1;
            for (; end < text.length(); end++) {
                char c = text.charAt(end);
                if (c == '&' || c == ';' || c == '?') break;
                if (c == '=' && equals < 0) equals = end;
            }
            if (equals >= 0) {
                String value = text.substring(equals + 1, end);
                String kept = redactor.redact(part, decoded(text, from, equals), value);
                if (out == null && !kept.equals(value))
                    out = new StringBuilder(text.substring(0, from));
                if (out != null) out.append(text, from, equals + 1).append(kept);
            } else if (out != null) out.append(text, from, end);
            if (out != null && end < text.length()) out.append(text.charAt(end));
            from = end + 1;
        }
        return out == null ? text : out.toString();
    }

    /** What the name means: {@code pass%77ord} is a password. What is no escape stays. */
    private static String decoded(String text, int from, int to) {
        int escape = text.indexOf('%', from);
        if (escape < 0 || escape >= to) return text.substring(from, to);
        StringBuilder out = new StringBuilder(to - from);
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            int high = c == '%' && i + 2 < to ? Character.digit(text.charAt(i + 1), 16) : -1;
            int low = high >= 0 ? Character.digit(text.charAt(i + 2), 16) : -1;
            if (low >= 0) {
                out.append((char) (high << 4 | low));
                i += 2;
            } else out.append(c);
        }
        return out.toString();
    }
}
