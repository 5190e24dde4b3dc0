package io.dropguard.log;

import tools.jackson.core.io.SerializedString;

/** The fields of a record whose names are known beforehand, in both formats. */
@SuppressWarnings("ImmutableEnumChecker") // SerializedString is immutable to those who use it
enum Field {
    TIMESTAMP("timestamp", "@timestamp"),
    EVENT("event.name", "event.action"),
    ID("dropguard.id", "http.request.id"),
    TRACE("trace_id", "trace.id"),
    METHOD("http.request.method"),
    SCHEME("url.scheme"),
    PATH("url.path"),
    QUERY("url.query"),
    PROTOCOL_VERSION("network.protocol.version", "http.version"),
    SERVER_ADDRESS("server.address"),
    SERVER_PORT("server.port"),
    CLIENT_ADDRESS("client.address"),
    PEER_ADDRESS("network.peer.address", "source.address"),
    PEER_PORT("network.peer.port", "source.port"),
    USER_AGENT("user_agent.original"),
    CONNECTION_ID("dropguard.connection.id"),
    CONNECTION_REQUESTS("dropguard.connection.requests"),
    STATUS("http.response.status_code"),
    OUTCOME("dropguard.outcome"),
    ERROR_TYPE("error.type"),
    LOSS_SIGNAL("dropguard.loss.signal"),
    PEER_CONDITION("dropguard.peer"),
    LOSS_AFTER("dropguard.loss.after_ms"),
    RAN_ON("dropguard.ran_on_ms"),
    FIRST_BYTE("dropguard.time_to_first_byte_ms"),
    DURATION("dropguard.duration_ms"),
    HEARTBEATS("dropguard.heartbeats"),
    DEADLINE("dropguard.deadline_ms"),
    BYTES_READ("dropguard.bytes.read"),
    BYTES_WRITTEN("dropguard.bytes.written"),
    REQUEST_SIZE("http.request.body.size", "http.request.body.bytes"),
    RESPONSE_SIZE("http.response.body.size", "http.response.body.bytes"),
    REQUEST_BODY("dropguard.request.body", "http.request.body.content"),
    REQUEST_TRUNCATED("dropguard.request.body_truncated"),
    RESPONSE_BODY("dropguard.response.body", "http.response.body.content"),
    RESPONSE_TRUNCATED("dropguard.response.body_truncated"),
    HEADERS_OMITTED("dropguard.headers_omitted"),
    // Elastic Common Schema wants these of every event
    ECS_VERSION("ecs.version"),
    ECS_KIND("event.kind"),
    ECS_CATEGORY("event.category"),
    ECS_OUTCOME("event.outcome"),
    ECS_DURATION("event.duration"),
    ECS_LEVEL("log.level"),
    ECS_MESSAGE("message");

    private final SerializedString otel;
    private final SerializedString ecs;

    Field(String name) {
        this(name, name);
    }

    Field(String otel, String ecs) {
        this.otel = encoded(otel);
        this.ecs = encoded(ecs);
    }

    SerializedString in(LogFormat format) {
        return format == LogFormat.ECS ? ecs : otel;
    }

    /** A name that is encoded once and then copied. */
    static SerializedString encoded(String name) {
        SerializedString encoded = new SerializedString(name);
        encoded.asQuotedUTF8(); // which it remembers
        return encoded;
    }
}
