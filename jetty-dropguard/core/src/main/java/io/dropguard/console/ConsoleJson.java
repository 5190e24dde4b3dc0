package io.dropguard.console;

import io.dropguard.cancel.ClientLoss.Signal;
import io.dropguard.exchange.GuardStatistics;
import io.dropguard.monitor.ConnectionPhase;
import io.dropguard.monitor.ConnectionSnapshot;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonEncoding;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** What the console tells, as JSON. Times are milliseconds. Thread-safe. */
final class ConsoleJson {
    private static final JsonFactory FACTORY =
            JsonFactory.builder().characterEscapes(new SafeText()).build();

    private ConsoleJson() {}

    /** The name that JSON has for a constant, such as {@code reading_headers}. */
    static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    static byte[] bytes(Consumer<JsonGenerator> content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(4096);
        try (JsonGenerator json =
                FACTORY.createGenerator(ObjectWriteContext.empty(), out, JsonEncoding.UTF8)) {
            json.writeStartObject();
            content.accept(json);
            json.writeEndObject();
        }
        return out.toByteArray();
    }

    static void view(JsonGenerator json, ConnectionView view) {
        json.writeNumberProperty("at", System.currentTimeMillis());
        json.writeNumberProperty("count", view.count());
        json.writeNumberProperty("matching", view.matching());
        json.writeNumberProperty("stuck", view.stuck());
        json.writeObjectPropertyStart("phases");
        for (Map.Entry<ConnectionPhase, Integer> phase : view.byPhase().entrySet())
            json.writeNumberProperty(name(phase.getKey()), phase.getValue());
        json.writeEndObject();
        json.writeArrayPropertyStart("connections");
        for (ConnectionSnapshot connection : view.shown()) {
            json.writeStartObject();
            connection(json, connection);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    static void connection(JsonGenerator json, ConnectionSnapshot connection) {
        json.writeNumberProperty("id", connection.id());
        // a string: JavaScript's numbers have 53 bits
        json.writeStringProperty("epoch", Long.toString(connection.epoch()));
        json.writeStringProperty("protocol", connection.protocol());
        text(json, "remote", connection.remote());
        text(json, "local", connection.local());
        json.writeStringProperty("phase", name(connection.phase()));
        json.writeNumberProperty("in_phase_ms", connection.inPhase().toMillis());
        json.writeStringProperty("peer", name(connection.peer()));
        json.writeNumberProperty("age_ms", connection.age().toMillis());
        json.writeNumberProperty("bytes_read", connection.bytesRead());
        json.writeNumberProperty("bytes_written", connection.bytesWritten());
        json.writeNumberProperty("requests", connection.requests());
        text(json, "method", connection.method());
        text(json, "path", connection.path());
        text(json, "thread", connection.thread());
        json.writeNumberProperty("streams", connection.streams());
        json.writeBooleanProperty("stuck", connection.stuck());
        json.writeBooleanProperty("shut_down", connection.shutDown());
    }

    static void stack(JsonGenerator json, List<StackTraceElement> stack) {
        json.writeArrayPropertyStart("stack");
        for (StackTraceElement frame : stack) json.writeString(frame.toString());
        json.writeEndArray();
    }

    static void statistics(JsonGenerator json, GuardStatistics statistics) {
        Map<Signal, Long> losses = statistics.losses();
        long ended = statistics.lostEnded() + statistics.unrun(); // first, so as not to be more
        long lost = losses.values().stream().mapToLong(count -> count).sum();
        json.writeNumberProperty("exchanges", statistics.exchanges());
        json.writeNumberProperty("active", statistics.active());
        json.writeNumberProperty("lost", lost);
        json.writeObjectPropertyStart("losses");
        for (Map.Entry<Signal, Long> loss : losses.entrySet())
            json.writeNumberProperty(name(loss.getKey()), loss.getValue());
        json.writeEndObject();
        json.writeNumberProperty("in_vain", Math.max(0, lost - ended));
        json.writeNumberProperty("ran_on_ms", statistics.ranOn().toMillis());
        json.writeNumberProperty("unrun", statistics.unrun());
        json.writeNumberProperty("interrupts", statistics.interrupts());
        json.writeNumberProperty("deadlines", statistics.deadlines());
        json.writeNumberProperty("heartbeats", statistics.heartbeats());
    }

    static void history(JsonGenerator json, History history) {
        json.writeNumberProperty("interval_ms", History.INTERVAL.toMillis());
        json.writeNumberProperty("length", History.LENGTH);
        series(json, "lost", history, History.Sample::lost);
        series(json, "ran_on_ms", history, History.Sample::ranOnMillis);
        series(json, "connections", history, History.Sample::connections);
        series(json, "stuck", history, History.Sample::stuck);
    }

    private static void series(
            JsonGenerator json,
            String name,
            History history,
            ToLongFunction<History.Sample> value) {
        json.writeArrayPropertyStart(name);
        for (int i = 0; i < history.size(); i++)
            json.writeNumber(value.applyAsLong(history.get(i)));
        json.writeEndArray();
    }

    static void sample(JsonGenerator json, History.Sample sample) {
        json.writeNumberProperty("lost", sample.lost());
        json.writeNumberProperty("ran_on_ms", sample.ranOnMillis());
        json.writeNumberProperty("connections", sample.connections());
        json.writeNumberProperty("stuck", sample.stuck());
    }

    private static void text(JsonGenerator json, String name, @Nullable String text) {
        if (text == null) json.writeNullProperty(name);
        else json.writeStringProperty(name, text);
    }
}
