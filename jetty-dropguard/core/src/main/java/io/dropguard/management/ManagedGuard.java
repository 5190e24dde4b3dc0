package io.dropguard.management;

import static java.util.Objects.requireNonNull;

import io.dropguard.cancel.ClientLoss.Signal;
import io.dropguard.exchange.GuardStatistics;
import io.dropguard.monitor.ConnectionPhase;
import io.dropguard.monitor.ConnectionSnapshot;
import io.dropguard.monitor.Connections;
import io.dropguard.monitor.PeerCondition;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.jetty.util.annotation.ManagedAttribute;
import org.eclipse.jetty.util.annotation.ManagedObject;
import org.eclipse.jetty.util.annotation.ManagedOperation;
import org.eclipse.jetty.util.annotation.Name;
import org.eclipse.jetty.util.component.Dumpable;
import org.eclipse.jetty.util.component.DumpableCollection;

/**
 * A guard in JMX and in {@code server.dump()}: a bean of the server, which Jetty's {@code
 * MBeanContainer} finds. Thread-safe.
 */
@ManagedObject("What DropGuard saw, and the connections that it guards")
public final class ManagedGuard implements Dumpable {
    /** 50: what a person reads of a dump. */
    private static final int MOST_DUMPED = 50;

    private final GuardStatistics statistics;
    private final Connections connections;

    public ManagedGuard(GuardStatistics statistics, Connections connections) {
        this.statistics = requireNonNull(statistics, "statistics");
        this.connections = requireNonNull(connections, "connections");
    }

    @ManagedAttribute("Exchanges so far")
    public long getExchanges() {
        return statistics.exchanges();
    }

    @ManagedAttribute("Exchanges that are not over")
    public long getActive() {
        return statistics.active();
    }

    @ManagedAttribute("Clients that were lost before they had their answers")
    public long getLost() {
        return statistics.losses().values().stream().mapToLong(count -> count).sum();
    }

    @ManagedAttribute("Lost clients, by how their leaving showed")
    public Map<String, Long> getLosses() {
        Map<String, Long> named = new TreeMap<>();
        for (Map.Entry<Signal, Long> loss : statistics.losses().entrySet())
            named.put(loss.getKey().name(), loss.getValue());
        return named;
    }

    @ManagedAttribute("Milliseconds that work ran on after its client was lost")
    public long getRanOnMillis() {
        return statistics.ranOn().toMillis();
    }

    @ManagedAttribute("Lost exchanges that were never run")
    public long getUnrun() {
        return statistics.unrun();
    }

    @ManagedAttribute("Threads that were interrupted")
    public long getInterrupts() {
        return statistics.interrupts();
    }

    @ManagedAttribute("Deadlines that expired")
    public long getDeadlines() {
        return statistics.deadlines();
    }

    @ManagedAttribute("Heartbeats that were sent")
    public long getHeartbeats() {
        return statistics.heartbeats();
    }

    @ManagedAttribute("Live connections")
    public int getConnections() {
        return connections.count();
    }

    @ManagedAttribute("Live connections in each phase")
    public Map<String, Integer> getConnectionsByPhase() {
        Map<String, Integer> named = new TreeMap<>();
        for (Map.Entry<ConnectionPhase, Integer> phase : connections.byPhase().entrySet())
            named.put(phase.getKey().name(), phase.getValue());
        return named;
    }

    @ManagedAttribute("Connections that are stuck")
    public long getStuck() {
        return stuck(connections);
    }

    static long stuck(Connections connections) {
        return connections.snapshot().stream().filter(ConnectionSnapshot::stuck).count();
    }

    @ManagedOperation(
            value = "Shuts down a connection that has not moved on since a certain epoch",
            impact = "ACTION")
    public boolean shutdown(
            @Name(value = "id", description = "of the connection") long id,
            @Name(value = "epoch", description = "as it was shown") long epoch) {
        return connections.shutdown(id, epoch);
    }

    @ManagedOperation(value = "Shuts down all connections that are stuck", impact = "ACTION")
    public int shutdownStuck() {
        return connections.shutdownStuck();
    }

    @ManagedOperation(value = "Shuts down all connections of one client", impact = "ACTION")
    public int shutdownRemote(
            @Name(value = "host", description = "its address, without the port") String host) {
        return connections.shutdownRemote(host);
    }

    // ---- Jetty's dump

    @Override
    public void dump(Appendable out, String indent) throws IOException {
        List<ConnectionSnapshot> all = connections.snapshot();
        List<String> worst =
                all.stream()
                        .sorted(
                                Comparator.comparing(ConnectionSnapshot::stuck)
                                        .thenComparing(ConnectionSnapshot::inPhase)
                                        .reversed())
                        .limit(MOST_DUMPED)
                        .map(ManagedGuard::line)
                        .toList();
        Dumpable.dumpObjects(
                out,
                indent,
                this,
                statistics,
                "connections=" + all.size() + " " + connections.byPhase(),
                new DumpableCollection("longest in their phases", worst));
    }

    private static String line(ConnectionSnapshot connection) {
        return "#"
                + connection.id()
                + (connection.stuck() ? " STUCK in " : " ")
                + connection.phase()
                + " for "
                + connection.inPhase().toMillis()
                + " ms, "
                + (connection.peer() == PeerCondition.RESPONSIVE
                        ? ""
                        : "client " + connection.peer().words() + ", ")
                + connection.protocol()
                + " "
                + connection.remote()
                + (connection.method() == null
                        ? ""
                        : ", " + connection.method() + " " + connection.path());
    }

    @Override
    public String toString() {
        return "DropGuard[" + connections.count() + " connections]";
    }
}
