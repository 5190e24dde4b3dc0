package io.dropguard.monitor;

import io.dropguard.cancel.StuckConnection;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A request that notes what happens to it. */
final class FakeExchange implements MonitoredExchange {
    final List<StuckConnection> reasons = Collections.synchronizedList(new ArrayList<>());
    final AtomicInteger interrupts = new AtomicInteger();
    private final String path;

    FakeExchange(String path) {
        this.path = path;
    }

    @Override
    public String method() {
        return "GET";
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public Thread thread() {
        return Thread.currentThread();
    }

    @Override
    public void stuck(StuckConnection reason) {
        reasons.add(reason);
    }

    @Override
    public boolean interrupt() {
        return interrupts.incrementAndGet() == 1;
    }
}
