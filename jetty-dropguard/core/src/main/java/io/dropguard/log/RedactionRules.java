package io.dropguard.log;

import static java.util.stream.Collectors.toUnmodifiableSet;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Redacts by name. Immutable.
 *
 * <p>Headers are shown if they are on the allow-list; of all others only the name is. Parameters,
 * form fields and JSON properties are shown unless their name is on the list of secrets. Names are
 * compared without regard to case, {@code -}, {@code _} and {@code .}, so that {@code apiKey} and
 * {@code X-API-KEY} are one; a JSON path names a property from the root: {@code user.address.zip},
 * where {@code *} stands for any one name.
 */
public final class RedactionRules implements Redactor {
    /** Enough for the names that an application uses; a client that invents more is not cached. */
    private static final int CACHED_NAMES = 1024;

    private static final Set<String> SHOWN_HEADERS =
            Set.of(
                    "accept",
                    "accept-encoding",
                    "accept-language",
                    "accept-ranges",
                    "age",
                    "allow",
                    "cache-control",
                    "connection",
                    "content-disposition",
                    "content-encoding",
                    "content-language",
                    "content-length",
                    "content-location",
                    "content-range",
                    "content-type",
                    "date",
                    "etag",
                    "expect",
                    "expires",
                    "host",
                    "if-match",
                    "if-modified-since",
                    "if-none-match",
                    "if-range",
                    "if-unmodified-since",
                    "keep-alive",
                    "last-modified",
                    "location",
                    "origin",
                    "pragma",
                    "range",
                    "referer",
                    "retry-after",
                    "server",
                    "te",
                    "traceparent",
                    "trailer",
                    "transfer-encoding",
                    "upgrade",
                    "user-agent",
                    "vary",
                    "via",
                    "x-forwarded-for",
                    "x-forwarded-host",
                    "x-forwarded-port",
                    "x-forwarded-proto",
                    "x-request-id");

    /** Secrets wherever they stand within a name: {@code newPassword}, {@code csrf_token}. */
    private static final List<String> SECRET_PARTS =
            List.of(
                    "password",
                    "passwd",
                    "passphrase",
                    "passcode",
                    "secret",
                    "token",
                    "apikey",
                    "accesskey",
                    "privatekey",
                    "credential",
                    "authorization",
                    "signature",
                    "sessionid",
                    "cardnumber");

    /** Secrets as whole names; as parts of names they would hide too much. */
    private static final Set<String> SECRET_NAMES =
            Set.of(
                    "pass", "pwd", "pw", "pin", "otp", "totp", "auth", "bearer", "jwt", "sid",
                    "session", "sig", "key", "code", "cvv", "cvc", "pan", "iban", "ssn", "cookie");

    private static final RedactionRules DEFAULT =
            new RedactionRules(SHOWN_HEADERS, SECRET_NAMES, List.of());

    private final Set<String> shownHeaders;
    private final Set<String> secretNames;
    private final List<String[]> secretPaths;
    private final Map<String, Boolean> secrets = new ConcurrentHashMap<>(); // what was asked before

    private RedactionRules(
            Set<String> shownHeaders, Set<String> secretNames, List<String[]> secretPaths) {
        this.shownHeaders = shownHeaders;
        this.secretNames = secretNames;
        this.secretPaths = secretPaths;
    }

    /** Safe as they are: no cookie, no credential, no session. */
    public static RedactionRules defaults() {
        return DEFAULT;
    }

    /** These, showing more headers. */
    public RedactionRules showingHeaders(Collection<String> names) {
        Stream<String> more = names.stream().map(name -> name.strip().toLowerCase(Locale.ROOT));
        return new RedactionRules(
                Stream.concat(shownHeaders.stream(), more).collect(toUnmodifiableSet()),
                secretNames,
                secretPaths);
    }

    /** These, with more names of headers, parameters, form fields and JSON properties hidden. */
    public RedactionRules hiding(Collection<String> names) {
        Set<String> more = names.stream().map(RedactionRules::normal).collect(toUnmodifiableSet());
        return new RedactionRules(
                shownHeaders.stream()
                        .filter(Predicate.not(name -> more.contains(normal(name))))
                        .collect(toUnmodifiableSet()),
                Stream.concat(secretNames.stream(), more.stream()).collect(toUnmodifiableSet()),
                secretPaths);
    }

    /** These, with more properties of JSON bodies hidden, named by their paths. */
    public RedactionRules hidingPaths(Collection<String> paths) {
        Stream<String[]> more =
                paths.stream()
                        .map(path -> path.startsWith("$.") ? path.substring(2) : path)
                        .map(path -> path.split("\\."));
        return new RedactionRules(
                shownHeaders, secretNames, Stream.concat(secretPaths.stream(), more).toList());
    }

    @Override
    public String redact(Part part, String name, String value) {
        boolean hidden =
                switch (part) {
                    case REQUEST_HEADER, RESPONSE_HEADER -> !shownHeaders.contains(name);
                    case QUERY, PATH, FORM -> isSecret(name);
                    case JSON ->
                            isSecret(name.substring(name.lastIndexOf('.') + 1))
                                    || isSecretPath(name);
                    case TEXT -> false; // nothing in it has a name
                };
        return hidden ? REDACTED : value;
    }

    /**
     * Whether the name of a JSON property alone decides, so that paths need not be put together.
     */
    boolean isByNameOnly() {
        return secretPaths.isEmpty();
    }

    boolean isSecret(String name) {
        Boolean known = secrets.get(name);
        if (known != null) return known;
        String normal = normal(name);
        boolean secret =
                secretNames.contains(normal) || SECRET_PARTS.stream().anyMatch(normal::contains);
        if (secrets.size() < CACHED_NAMES && name.length() <= 64) secrets.put(name, secret);
        return secret;
    }

    private boolean isSecretPath(String name) {
        if (secretPaths.isEmpty()) return false;
        String[] path = name.split("\\.", -1);
        return secretPaths.stream().anyMatch(secret -> matches(secret, path));
    }

    private static boolean matches(String[] secret, String[] path) {
        if (secret.length != path.length) return false;
        for (int i = 0; i < path.length; i++)
            if (!secret[i].equals("*") && !secret[i].equals(path[i])) return false;
        return true;
    }

    /**
     * In lower case, of letters and digits alone: what is between them may be {@code %00}, {@code
     * []} or a blank, and servers differ in what they make of it.
     */
    private static String normal(String name) {
        StringBuilder normal = new StringBuilder(name.length());
        name.codePoints()
                .filter(Character::isLetterOrDigit)
                .map(Character::toLowerCase)
                .forEach(normal::appendCodePoint);
        return normal.toString();
    }
}
