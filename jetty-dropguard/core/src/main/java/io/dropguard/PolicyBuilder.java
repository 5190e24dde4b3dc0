package io.dropguard;

import static java.util.Objects.requireNonNull;

import io.dropguard.exchange.ResponsePolicy;
import io.dropguard.heartbeat.HeartbeatConfig;
import io.dropguard.heartbeat.HeartbeatMode;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Collects what a client that waits may expect, for one path or for all. Not thread-safe. */
public final class PolicyBuilder {
    private static final Set<String> KEYS =
            Collections.unmodifiableSet(
                    new TreeSet<>(
                            List.of(
                                    "heartbeat",
                                    "heartbeat-content-type",
                                    "heartbeat-first-delay",
                                    "heartbeat-interval",
                                    "heartbeat-status",
                                    "heartbeat-xml",
                                    "response-deadline",
                                    "response-deadline-headers",
                                    "response-deadline-status")));

    private ResponsePolicy policy;
    private HeartbeatConfig heartbeat;
    private boolean firstDelaySet;

    PolicyBuilder() {
        this(ResponsePolicy.NONE);
    }

    private PolicyBuilder(ResponsePolicy policy) {
        this.policy = policy;
        this.heartbeat = policy.heartbeat();
        this.firstDelaySet = !heartbeat.firstDelay().equals(heartbeat.interval());
    }

    /** Begins with nothing: no heartbeats, no deadline. */
    public static PolicyBuilder create() {
        return new PolicyBuilder();
    }

    /** Begins with what {@code policy} says. */
    public static PolicyBuilder from(ResponsePolicy policy) {
        return new PolicyBuilder(policy);
    }

    /** The keys that {@link #set} knows. */
    public static Set<String> keys() {
        return KEYS;
    }

    /** {@code heartbeat}: what is sent. Default {@link HeartbeatMode#NONE}. */
    public PolicyBuilder heartbeat(HeartbeatMode value) {
        heartbeat = heartbeat.withMode(value);
        return this;
    }

    /** {@code heartbeat-first-delay}: from the request's arrival. Default: the interval. */
    public PolicyBuilder heartbeatFirstDelay(Duration value) {
        heartbeat = heartbeat.withFirstDelay(value);
        firstDelaySet = true;
        return this;
    }

    /** {@code heartbeat-interval}: from one to the next. Default 10 s. */
    public PolicyBuilder heartbeatInterval(Duration value) {
        heartbeat = heartbeat.withInterval(value);
        if (!firstDelaySet) heartbeat = heartbeat.withFirstDelay(value);
        return this;
    }

    /**
     * {@code heartbeat-status}: committed with the first heartbeat; 0, the default: as it is then.
     */
    public PolicyBuilder heartbeatStatus(int value) {
        heartbeat = heartbeat.withStatus(value);
        return this;
    }

    /** {@code heartbeat-content-type}: for responses that have none at the first heartbeat. */
    public PolicyBuilder heartbeatContentType(String value) {
        heartbeat = heartbeat.withContentType(value);
        return this;
    }

    /**
     * {@code heartbeat-xml}: whether XML, without a declaration, gets white space. Default false.
     */
    public PolicyBuilder heartbeatXml(boolean value) {
        heartbeat = heartbeat.withXml(value);
        return this;
    }

    /** {@code response-deadline}: from the request's arrival; null, the default, for none. */
    public PolicyBuilder responseDeadline(@Nullable Duration value) {
        policy = policy.withDeadline(value);
        return this;
    }

    /** {@code response-deadline-status}: what is answered then. Default 503. */
    public PolicyBuilder responseDeadlineStatus(int value) {
        policy = policy.withDeadlineStatus(value);
        return this;
    }

    /**
     * {@code response-deadline-headers}: in which callers tell how long they wait. Default none.
     */
    public PolicyBuilder responseDeadlineHeaders(List<String> names) {
        policy = policy.withDeadlineHeaders(names);
        return this;
    }

    /** As {@link #responseDeadlineHeaders(List)}. */
    public PolicyBuilder responseDeadlineHeaders(String... names) {
        return responseDeadlineHeaders(Arrays.asList(names));
    }

    /**
     * Sets an option by its key, as configuration files have it.
     *
     * @throws IllegalArgumentException if there is no such key, or the value does not fit
     */
    public PolicyBuilder set(String key, String value) {
        requireNonNull(key, "key");
        requireNonNull(value, key);
        return switch (key) {
            case "heartbeat" -> heartbeat(OptionValues.choice(key, value, HeartbeatMode.class));
            case "heartbeat-content-type" -> heartbeatContentType(value.strip());
            case "heartbeat-first-delay" -> heartbeatFirstDelay(OptionValues.duration(key, value));
            case "heartbeat-interval" -> heartbeatInterval(OptionValues.duration(key, value));
            case "heartbeat-status" -> heartbeatStatus(OptionValues.number(key, value));
            case "heartbeat-xml" -> heartbeatXml(OptionValues.flag(key, value));
            case "response-deadline" -> responseDeadline(OptionValues.durationOrNone(key, value));
            case "response-deadline-headers" -> responseDeadlineHeaders(OptionValues.list(value));
            case "response-deadline-status" ->
                    responseDeadlineStatus(OptionValues.number(key, value));
            default -> throw Option.unknown(key, KEYS);
        };
    }

    public ResponsePolicy build() {
        return policy.withHeartbeat(heartbeat);
    }
}
