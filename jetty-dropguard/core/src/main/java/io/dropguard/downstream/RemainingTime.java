package io.dropguard.downstream;

import io.dropguard.cancel.CancellationToken;
import io.dropguard.cancel.Deadline;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Locale;

/**
 * Tells servers that do a part of the work how long there is, in a request header. Immutable.
 *
 * <pre>{@code
 * RemainingTime time = RemainingTime.in("Request-Timeout");
 * HttpRequest request = time.applyTo(HttpRequest.newBuilder(uri), token).build();
 * }</pre>
 */
public final class RemainingTime {
    /** 99,999,999: gRPC over HTTP/2 allows eight digits. */
    private static final long GRPC_MOST = 99_999_999;

    private enum Syntax {
        GRPC,
        MILLIS,
        SECONDS
    }

    private final String header;
    private final Syntax syntax;

    private RemainingTime(String header, Syntax syntax) {
        this.header = header;
        this.syntax = syntax;
    }

    /**
     * Tells it in this header, in the syntax that its name implies, as {@code
     * response-deadline-headers} reads it: {@code grpc-timeout} in gRPC's, names that end with
     * {@code -Ms} such as {@code X-Envoy-Expected-Rq-Timeout-Ms} in milliseconds, and all others
     * such as {@code Request-Timeout} in seconds.
     *
     * @throws IllegalArgumentException if the name is blank
     */
    public static RemainingTime in(String header) {
        if (header.isBlank())
            throw new IllegalArgumentException(
                    "header: " + header + " (expected: the name of a request header)");
        String lower = header.toLowerCase(Locale.ROOT);
        if (lower.equals("grpc-timeout")) return new RemainingTime(header, Syntax.GRPC);
        return new RemainingTime(header, lower.endsWith("-ms") ? Syntax.MILLIS : Syntax.SECONDS);
    }

    public String header() {
        return header;
    }

    /**
     * The header's value now: whole milliseconds, at least one.
     *
     * @throws IllegalArgumentException if the deadline is {@link Deadline#never}
     */
    public String value(Deadline deadline) {
        long millis = atLeastOneMilli(deadline).toMillis();
        return switch (syntax) {
            case MILLIS -> Long.toString(millis);
            case SECONDS ->
                    millis % 1000 == 0
                            ? Long.toString(millis / 1000)
                            : String.format(Locale.ROOT, "%d.%03d", millis / 1000, millis % 1000);
            case GRPC ->
                    millis <= GRPC_MOST
                            ? millis + "m"
                            : Math.min(GRPC_MOST, millis / 1000) + "S"; // 8 digits: three years
        };
    }

    /**
     * Adds the header, and the same time as the request's timeout; without a deadline nothing.
     *
     * @return the same builder
     */
    public HttpRequest.Builder applyTo(HttpRequest.Builder request, CancellationToken token) {
        Deadline deadline = token.deadline();
        if (!deadline.isLimited()) return request;
        return request.setHeader(header, value(deadline)).timeout(atLeastOneMilli(deadline));
    }

    /** Clients refuse a timeout of nothing, and who has no time left is told soon enough. */
    static Duration atLeastOneMilli(Deadline deadline) {
        if (!deadline.isLimited())
            throw new IllegalArgumentException("deadline: " + deadline + " (expected: a limit)");
        return Duration.ofMillis(Math.max(1, deadline.remaining().toMillis()));
    }

    @Override
    public String toString() {
        return "RemainingTime[in " + header + "]";
    }
}
