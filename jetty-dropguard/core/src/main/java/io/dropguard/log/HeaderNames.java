package io.dropguard.log;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.core.io.SerializedString;

/** The names of header fields in records, encoded once. Thread-safe. */
final class HeaderNames {
    /** More than servers and honest clients use; what a client invents beyond is not kept. */
    private static final int KEPT = 512;

    static final HeaderNames REQUEST = new HeaderNames("http.request.header.");
    static final HeaderNames RESPONSE = new HeaderNames("http.response.header.");

    private final String prefix;
    private final Map<String, SerializedString> names = new ConcurrentHashMap<>();

    private HeaderNames(String prefix) {
        this.prefix = prefix;
    }

    SerializedString of(String lowerCase) {
        SerializedString known = names.get(lowerCase);
        if (known != null) return known;
        SerializedString name = Field.encoded(prefix + Text.clean(lowerCase));
        if (names.size() < KEPT && lowerCase.length() <= 64) names.put(lowerCase, name);
        return name;
    }
}
