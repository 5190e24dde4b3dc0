package io.dropguard.benchmarks.monitor;

import com.sun.management.OperatingSystemMXBean;
import io.dropguard.DropGuard;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;

/** What was used so far. Immutable. */
record Usage(long wallNanos, long processNanos, long monitorNanos, long requests) {

    static Usage now(DropGuard guard) {
        return new Usage(
                System.nanoTime(),
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)
                        .getProcessCpuTime(),
                ofTheMonitor(),
                guard.statistics().exchanges());
    }

    Usage since(Usage begin) {
        return new Usage(
                wallNanos - begin.wallNanos,
                processNanos - begin.processNanos,
                monitorNanos - begin.monitorNanos,
                requests - begin.requests);
    }

    private static long ofTheMonitor() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        for (long id : threads.getAllThreadIds()) {
            ThreadInfo thread = threads.getThreadInfo(id);
            if (thread != null && thread.getThreadName().equals("dropguard-monitor"))
                return threads.getThreadCpuTime(id);
        }
        throw new IllegalStateException("dropguard-monitor: not found (expected: it runs)");
    }
}
