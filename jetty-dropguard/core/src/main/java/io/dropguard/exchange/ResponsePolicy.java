package io.dropguard.exchange;

import static java.util.Objects.requireNonNull;

import io.dropguard.heartbeat.HeartbeatConfig;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client that waits for a response may expect. Immutable.
 *
 * @param heartbeat how its line is kept alive
 * @param deadline from the arrival of the request to the end of the response; null for none
 * @param deadlineStatus what is answered then, if nothing was yet
 * @param deadlineHeaders request headers in which a caller says how long it waits; they only
 *     shorten
 */
public record ResponsePolicy(
        HeartbeatConfig heartbeat,
        @Nullable Duration deadline,
        int deadlineStatus,
        List<String> deadlineHeaders) {

    public static final ResponsePolicy NONE =
            new ResponsePolicy(HeartbeatConfig.NONE, null, 503, List.of());

    public ResponsePolicy {
        requireNonNull(heartbeat, "heartbeat");
        if (deadline != null && (deadline.isNegative() || deadline.isZero()))
            throw new IllegalArgumentException(
                    "response-deadline: " + deadline + " (expected: > 0)");
        if (deadlineStatus < 500 || deadlineStatus > 599)
            throw new IllegalArgumentException(
                    "response-deadline-status: " + deadlineStatus + " (expected: 500..599)");
        deadlineHeaders = List.copyOf(deadlineHeaders);
        deadlineHeaders.forEach(CallerDeadline::check);
    }

    /** Whether nothing is configured: told by identity, since it is asked for every request. */
    @SuppressWarnings("ReferenceEquality")
    boolean isNone() {
        return this == NONE;
    }

    public ResponsePolicy withHeartbeat(HeartbeatConfig value) {
        return new ResponsePolicy(value, deadline, deadlineStatus, deadlineHeaders);
    }

    public ResponsePolicy withDeadline(@Nullable Duration value) {
        return new ResponsePolicy(heartbeat, value, deadlineStatus, deadlineHeaders);
    }

    public ResponsePolicy withDeadlineStatus(int value) {
        return new ResponsePolicy(heartbeat, deadline, value, deadlineHeaders);
    }

    public ResponsePolicy withDeadlineHeaders(List<String> value) {
        return new ResponsePolicy(heartbeat, deadline, deadlineStatus, value);
    }
}
