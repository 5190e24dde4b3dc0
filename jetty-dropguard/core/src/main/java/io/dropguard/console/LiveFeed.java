package io.dropguard.console;

import io.dropguard.exchange.GuardStatistics;
import io.dropguard.monitor.ConnectionSnapshot;
import io.dropguard.monitor.Connections;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * Tells all open pages once a second how things are, as server-sent events. Confined to the
 * console's thread.
 */
final class LiveFeed {
    /** 16: people at their desks, not a crowd; each costs a serialisation a second. */
    static final int MOST_VIEWERS = 16;

    private final Connections connections;
    private final GuardStatistics statistics;
    private final History history;
    private final List<Viewer> viewers = new ArrayList<>();

    LiveFeed(Connections connections, GuardStatistics statistics) {
        this.connections = connections;
        this.statistics = statistics;
        this.history = new History(statistics);
    }

    boolean isFull() {
        viewers.removeIf(Viewer::isGone);
        return viewers.size() >= MOST_VIEWERS;
    }

    void add(ConnectionQuery query, Response response, Callback callback) {
        Viewer viewer = new Viewer(query, response, callback);
        viewers.add(viewer);
        viewer.send(
                event("history", json -> ConsoleJson.history(json, history))
                        + update(query, connections.snapshot(), null));
    }

    void tick() {
        viewers.removeIf(Viewer::isGone);
        List<ConnectionSnapshot> all = connections.snapshot();
        int stuck = (int) all.stream().filter(ConnectionSnapshot::stuck).count();
        History.Sample sample = history.take(all.size(), stuck);
        for (Viewer viewer : viewers)
            if (viewer.isReady()) viewer.send(update(viewer.query(), all, sample));
    }

    /** Tells all at once that something has changed. */
    void refresh() {
        List<ConnectionSnapshot> all = connections.snapshot();
        for (Viewer viewer : viewers)
            if (viewer.isReady()) viewer.send(update(viewer.query(), all, null));
    }

    /**
     * @param sample of the interval that has just ended, or null if none has
     */
    private String update(
            ConnectionQuery query, List<ConnectionSnapshot> all, History.@Nullable Sample sample) {
        ConnectionView view = query.view(all);
        return event(
                "update",
                json -> {
                    ConsoleJson.view(json, view);
                    json.writeObjectPropertyStart("statistics");
                    ConsoleJson.statistics(json, statistics);
                    json.writeEndObject();
                    if (sample == null) return;
                    json.writeObjectPropertyStart("sample");
                    ConsoleJson.sample(json, sample);
                    json.writeEndObject();
                });
    }

    /** JSON has no line breaks of its own, so the data is one line. */
    private static String event(String name, Consumer<JsonGenerator> content) {
        String json = new String(ConsoleJson.bytes(content), StandardCharsets.UTF_8);
        return "event: " + name + "\ndata: " + json + "\n\n";
    }

    void close() {
        viewers.forEach(Viewer::close);
        viewers.clear();
    }
}
