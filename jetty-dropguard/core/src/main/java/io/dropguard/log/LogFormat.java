package io.dropguard.log;

/** How the fields of a record are called. */
public enum LogFormat {
    /** OpenTelemetry's semantic names where they exist, and {@code dropguard.} before our own. */
    OTEL,
    /**
     * Elastic Common Schema's names where they exist; bodies are strings there, whatever they are.
     */
    ECS
}
