package io.dropguard.console;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.eclipse.jetty.util.InetAddressSet;
import org.jspecify.annotations.Nullable;

/**
 * Where the console is and who may see it. Immutable.
 *
 * @param path begins and ends with a slash
 * @param token that requests must bear, or null if none is asked for
 * @param addresses from which it may be seen: {@code loopback}, {@code any}, addresses, networks
 *     such as {@code 10.0.0.0/8}, or ranges of Jetty's {@link InetAddressSet}
 * @param hosts names under which it may be asked for, besides addresses and {@code localhost}
 */
public record ConsoleConfig(
        String path, @Nullable String token, List<String> addresses, List<String> hosts) {

    public static final String LOOPBACK = "loopback";
    public static final String ANY = "any";

    /** 16 characters: what nobody guesses, if they are chosen at random. */
    private static final int SHORTEST_TOKEN = 16;

    private static final Pattern PATH = Pattern.compile("/(?:[A-Za-z0-9_-][A-Za-z0-9._-]*/)+");

    /** What {@code Authorization: Bearer} may carry (RFC 6750). */
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

    public static final ConsoleConfig DEFAULT =
            new ConsoleConfig("/dropguard/", null, List.of(LOOPBACK), List.of());

    public ConsoleConfig {
        if (!PATH.matcher(path).matches())
            throw new IllegalArgumentException(
                    "console-path: " + path + " (expected: a path such as /dropguard/)");
        if (token != null) check(token);
        addresses = List.copyOf(addresses);
        if (addresses.isEmpty())
            throw new IllegalArgumentException(
                    "console-addresses: none (expected: loopback, any, or addresses)");
        InetAddressSet named = new InetAddressSet();
        for (String address : addresses) add(address, named);
        hosts = hosts.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
    }

    /** Never says the token. */
    private static void check(String token) {
        if (token.length() < SHORTEST_TOKEN)
            throw new IllegalArgumentException(
                    "console-token: "
                            + token.length()
                            + " characters (expected: >= "
                            + SHORTEST_TOKEN
                            + ")");
        if (!TOKEN.matcher(token).matches())
            throw new IllegalArgumentException(
                    "console-token: other characters (expected: A-Z a-z 0-9 . _ ~ + / -)");
    }

    private static void add(String address, InetAddressSet named) {
        if (address.equals(LOOPBACK) || address.equals(ANY)) return;
        try {
            named.add(address);
        } catch (IllegalArgumentException malformed) {
            throw new IllegalArgumentException(
                    "console-addresses: "
                            + address
                            + " (expected: loopback, any, or addresses such as 10.0.0.7 or"
                            + " 10.0.0.0/8)",
                    malformed);
        }
    }

    public ConsoleConfig withPath(String value) {
        return new ConsoleConfig(value, token, addresses, hosts);
    }

    public ConsoleConfig withToken(@Nullable String value) {
        return new ConsoleConfig(path, value, addresses, hosts);
    }

    public ConsoleConfig withAddresses(List<String> value) {
        return new ConsoleConfig(path, token, value, hosts);
    }

    public ConsoleConfig withHosts(List<String> value) {
        return new ConsoleConfig(path, token, addresses, value);
    }

    /** Whether it can be seen from other machines. */
    boolean isOpen() {
        return !addresses.equals(List.of(LOOPBACK));
    }

    /** The addresses that are named, besides {@code loopback} and {@code any}. */
    InetAddressSet named() {
        InetAddressSet named = new InetAddressSet();
        for (String address : addresses) add(address, named);
        return named;
    }

    /** Says everything but the token. */
    @Override
    public String toString() {
        return "ConsoleConfig["
                + path
                + ", token="
                + (token == null ? "none" : "set")
                + ", addresses="
                + addresses
                + ", hosts="
                + hosts
                + "]";
    }
}
