package io.dropguard.benchmarks.monitor;

import io.dropguard.monitor.ConnectionRegistry;
import io.dropguard.monitor.MonitorConfig;
import io.dropguard.monitor.MonitoredSocket;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * What the monitor keeps of a connection, by the JVM's histogram of what is alive: of its own
 * classes, and of the JDK's, which are measured with connections that are nothing else.
 */
final class ConnectionMemory {
    private static final int OTHERS = 10_000;

    /** With compressed references: a header of 12 bytes and a reference, in each PendingWrite. */
    private static final int ATOMIC_REFERENCE = 16;

    private static final Set<String> OF_CONNECTOR =
            Set.of("io.dropguard.connector.GuardedSocket", "io.dropguard.connector.PendingWrite");

    private ConnectionMemory() {}

    /** For each of so many. */
    static long bytes(int connections) {
        long own =
                alive(
                        name ->
                                name.startsWith("io.dropguard.monitor.")
                                        || OF_CONNECTOR.contains(name));
        return own / connections + ofTheJdk() + ATOMIC_REFERENCE;
    }

    /** An atomic, and a place in the registry's map: a node, a key, and a share of the table. */
    private static long ofTheJdk() {
        Predicate<String> jdk =
                name ->
                        name.contains("java.util.concurrent.ConcurrentHashMap$Node")
                                || name.equals("java.lang.Long")
                                || name.equals("java.util.concurrent.atomic.AtomicLong");
        long before = alive(jdk);
        ConnectionRegistry registry = new ConnectionRegistry(MonitorConfig.DEFAULT);
        MonitoredSocket shared = new PhaseCost.Nowhere();
        for (int i = 0; i < OTHERS; i++) registry.track(shared);
        return (alive(jdk) - before) / registry.count();
    }

    private static long alive(Predicate<String> name) {
        long bytes = 0;
        for (String line : histogram()) {
            // "num: instances bytes class (module)"
            String[] fields = line.strip().split("\\s+", -1);
            if (fields.length > 3 && fields[0].endsWith(":") && name.test(fields[3]))
                bytes += Long.parseLong(fields[2]);
        }
        return bytes;
    }

    private static List<String> histogram() {
        try {
            Object text =
                    ManagementFactory.getPlatformMBeanServer()
                            .invoke(
                                    new ObjectName("com.sun.management:type=DiagnosticCommand"),
                                    "gcClassHistogram",
                                    new Object[] {null},
                                    new String[] {String[].class.getName()});
            return text.toString().lines().toList();
        } catch (JMException unavailable) {
            throw new IllegalStateException("gcClassHistogram (expected: HotSpot)", unavailable);
        }
    }
}
