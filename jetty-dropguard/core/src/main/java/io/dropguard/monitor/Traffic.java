package io.dropguard.monitor;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What went over a connection. Thread-safe: each number has one writer at a time, and readers get
 * it sooner or later, which costs the writer nothing.
 */
final class Traffic {
    private static final VarHandle READ = field("read");
    private static final VarHandle WRITTEN = field("written");
    private static final VarHandle REQUESTS = field("requests");

    @SuppressWarnings("UnusedVariable") // through READ
    private long read;

    @SuppressWarnings("UnusedVariable") // through WRITTEN
    private long written;

    @SuppressWarnings("UnusedVariable") // through REQUESTS
    private long requests;

    private static VarHandle field(String name) {
        try {
            return MethodHandles.lookup().findVarHandle(Traffic.class, name, long.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    void addRead(long bytes) {
        READ.setOpaque(this, read() + bytes);
    }

    void addWritten(long bytes) {
        WRITTEN.setOpaque(this, written() + bytes);
    }

    void addRequest() {
        REQUESTS.setOpaque(this, requests() + 1);
    }

    long read() {
        return (long) READ.getOpaque(this);
    }

    long written() {
        return (long) WRITTEN.getOpaque(this);
    }

    long requests() {
        return (long) REQUESTS.getOpaque(this);
    }
}
