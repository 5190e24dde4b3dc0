package io.dropguard.console;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.HostPort;
import org.eclipse.jetty.util.InetAddressSet;
import org.jspecify.annotations.Nullable;

/**
 * Who may see the console, and who may use its buttons. Thread-safe.
 *
 * <p>A page of somebody else's, open in the browser of somebody who may, must get nothing: neither
 * by a name that it has pointed at us (so the {@code Host} is checked), nor by a request that it
 * sends from afar (so what changes something bears a token that only our own page can read).
 */
final class ConsoleAccess {
    static final String TOKEN_HEADER = "X-DropGuard-Token";

    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(?:\\.\\d{1,3}){3}");
    private static final Pattern IPV6 = Pattern.compile("\\[[0-9A-Fa-f:.]+]");

    /** What says that somebody else has sent the request on. */
    private static final Set<String> FORWARDING =
            Set.of("forwarded", "via", "x-real-ip", "x-client-ip", "cf-connecting-ip");

    /** Why a request is not answered. */
    record Refusal(int status, String reason) {}

    private final ConsoleConfig config;
    private final InetAddressSet named;
    private final String pageToken;

    ConsoleAccess(ConsoleConfig config) {
        this.config = config;
        this.named = config.named();
        byte[] random = new byte[24];
        new SecureRandom().nextBytes(random);
        pageToken = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    /** What our own page shows when it changes something; another one for each start. */
    String pageToken() {
        return pageToken;
    }

    /** What everybody must fulfil, also who only wants the empty page; null if it does. */
    @Nullable Refusal ofVisitor(Request request) {
        if (!permits(socketAddress(request)) || !permits(clientAddress(request)))
            return new Refusal(HttpStatus.FORBIDDEN_403, "not from this address");
        if (config.token() == null && isForwarded(request.getHeaders()))
            return new Refusal(
                    HttpStatus.FORBIDDEN_403, "not through a proxy unless console-token is set");
        if (!isOurHost(request))
            return new Refusal(HttpStatus.MISDIRECTED_REQUEST_421, "not by this Host");
        return null;
    }

    /** What who wants to know something must fulfil besides; null if it does. */
    @Nullable Refusal ofReader(Request request) {
        HttpFields headers = request.getHeaders();
        String site = headers.get("Sec-Fetch-Site");
        if (site != null && !site.equals("same-origin") && !site.equals("none"))
            return new Refusal(HttpStatus.FORBIDDEN_403, "not from another site");
        String origin = headers.get(HttpHeader.ORIGIN);
        if (origin != null && !isOurOrigin(origin, request))
            return new Refusal(HttpStatus.FORBIDDEN_403, "not from another origin");
        String expected = config.token();
        if (expected == null) return null;
        String given = headers.get(HttpHeader.AUTHORIZATION);
        boolean bears =
                given != null
                        && given.regionMatches(true, 0, "Bearer ", 0, 7)
                        && isSame(expected, given.substring(7).strip());
        return bears ? null : new Refusal(HttpStatus.UNAUTHORIZED_401, "the token is missing");
    }

    /** What who wants to change something must fulfil besides; null if it does. */
    @Nullable Refusal ofWriter(Request request) {
        String given = request.getHeaders().get(TOKEN_HEADER);
        return given != null && isSame(pageToken, given)
                ? null
                : new Refusal(
                        HttpStatus.FORBIDDEN_403,
                        "the page's token is missing (expected: " + TOKEN_HEADER + ")");
    }

    // ---- addresses

    /**
     * @param address null if the peer has none
     */
    private boolean permits(@Nullable InetAddress address) {
        if (config.addresses().contains(ConsoleConfig.ANY)) return true;
        if (address == null) return false;
        return (address.isLoopbackAddress() && config.addresses().contains(ConsoleConfig.LOOPBACK))
                || named.test(address);
    }

    /** Who is at the other end of the socket, or as the PROXY protocol says. */
    private static @Nullable InetAddress socketAddress(Request request) {
        return address(
                request.getConnectionMetaData()
                        .getConnection()
                        .getEndPoint()
                        .getRemoteSocketAddress());
    }

    /** Who that is if Jetty was told to believe what proxies say. */
    private static @Nullable InetAddress clientAddress(Request request) {
        return address(request.getConnectionMetaData().getRemoteSocketAddress());
    }

    private static @Nullable InetAddress address(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress inet ? inet.getAddress() : null;
    }

    private static boolean isForwarded(HttpFields headers) {
        for (HttpField field : headers) {
            String name = field.getLowerCaseName();
            if (name.startsWith("x-forwarded-") || FORWARDING.contains(name)) return true;
        }
        return false;
    }

    // ---- names

    /** Whatever the request says its host is must be ours, in each place where it says so. */
    private boolean isOurHost(Request request) {
        String header = request.getHeaders().get(HttpHeader.HOST);
        String authority = request.getHttpURI().getAuthority();
        boolean multiplexed =
                request.getConnectionMetaData().getHttpVersion().getVersion()
                        > HttpVersion.HTTP_1_1.getVersion();
        // without one Jetty puts its own in the place of HTTP/1's
        if (header == null && (!multiplexed || authority == null)) return false;
        return (header == null || isOurs(header)) && (authority == null || isOurs(authority));
    }

    /** A name may have been pointed at us by somebody else; an address was not. */
    private boolean isOurs(String authority) {
        try {
            String host = new HostPort(authority).getHost();
            if (host == null) return false;
            String name = host.toLowerCase(Locale.ROOT);
            return name.equals("localhost")
                    || IPV4.matcher(name).matches()
                    || IPV6.matcher(name).matches()
                    || config.hosts().contains(name);
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }

    private static boolean isOurOrigin(String origin, Request request) {
        int scheme = origin.indexOf("://");
        if (scheme < 0) return false; // "null" among them
        String asked = request.getHeaders().get(HttpHeader.HOST);
        if (asked == null) asked = request.getHttpURI().getAuthority();
        return origin.substring(scheme + 3).equalsIgnoreCase(asked);
    }

    /** Takes the same time wherever they differ. */
    private static boolean isSame(String expected, String given) {
        return MessageDigest.isEqual(
                expected.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
    }
}
