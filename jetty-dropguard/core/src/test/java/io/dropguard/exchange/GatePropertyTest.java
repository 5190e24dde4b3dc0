package io.dropguard.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.cancel.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.ThreadPool;
import org.eclipse.jetty.util.thread.TryExecutor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Whatever application, heartbeats and deadline do at the same time, the client gets one message.
 */
class GatePropertyTest {
    private static final int INTERLEAVED = 100_000;
    private static final int CONCURRENT = 20_000;

    private final ExecutorService threads = Executors.newFixedThreadPool(4);
    private final SwitchedPool pool = new SwitchedPool();
    private final GuardHandler handler = new GuardHandler(ExchangeConfig.DEFAULT, new Hours());
    private final AtomicInteger beats = new AtomicInteger();
    private final AtomicInteger expired = new AtomicInteger();

    private volatile GateSchedule current;

    GatePropertyTest() {
        handler.setServer(new Server(pool));
        handler.setHandler(
                new Handler.Abstract() {
                    @Override
                    public boolean handle(Request request, Response response, Callback callback) {
                        current.application.begin(response, callback);
                        return GateSchedule.HANDLING.get().run();
                    }
                });
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    /**
     * One thread plays all parts. Whenever a call reaches Jetty, others may come first: the
     * network, the pool and, unless it is the caller itself, the timer.
     */
    @Test
    void everyInterleavingGivesOneMessage() {
        long seed = new Random().nextLong();
        System.out.printf("interleaved: seed %d%n", seed);
        for (int i = 0; i < INTERLEAVED; i++) interleave(seed + i);
        System.out.printf("interleaved: %s beats, %s expired%n", beats, expired);
        assertThat(beats).hasValueGreaterThan(INTERLEAVED / 4);
        assertThat(expired).hasValueGreaterThan(INTERLEAVED / 10);
    }

    private void interleave(long seed) {
        Random random = new Random(seed * 31);
        List<Runnable> events = new ArrayList<>();
        pool.tasks = events::add;
        boolean[] timerBusy = {false};
        boolean[] expiring = {random.nextInt(3) == 0};
        Runnable[] others = {null};
        GateSchedule schedule =
                new GateSchedule(
                        handler,
                        seed,
                        () -> {
                            while (random.nextInt(3) == 0) others[0].run();
                        },
                        events::add,
                        () -> {});
        current = schedule;
        others[0] =
                () -> {
                    int choice = random.nextInt(events.size() + 2);
                    if (choice < events.size()) events.remove(choice).run();
                    else if (!timerBusy[0]) {
                        timerBusy[0] = true;
                        if (expiring[0] && random.nextInt(6) == 0) {
                            expiring[0] = false;
                            schedule.exchange.times().expire();
                        } else if (random.nextInt(2) == 0) schedule.beat();
                        timerBusy[0] = false;
                    }
                };
        while (random.nextInt(2) == 0) others[0].run();
        schedule.handle(random.nextInt(6));
        while (!schedule.application.script.isEmpty() || !events.isEmpty()) {
            if (schedule.application.isReady() && random.nextInt(3) == 0)
                if (schedule.application.isHandlersNext()) {
                    schedule.application.script.pop(); // too late: the handler has returned
                    schedule.application.script.push(ScriptedApplication.Op.FAIL);
                } else schedule.application.step();
            else others[0].run();
        }
        beats.addAndGet(schedule.exchange.heartbeats());
        if (schedule.exchange.failure() != null) expired.incrementAndGet();
        schedule.verify("seed " + seed);
        schedule.verifyHead("seed " + seed);
    }

    /** Threads race in earnest. */
    @Test
    void everyRaceGivesOneMessage() throws Exception {
        long seed = new Random().nextLong();
        System.out.printf("concurrent: seed %d%n", seed);
        for (int i = 0; i < CONCURRENT; i++) race(seed + i);
        System.out.printf("concurrent: %s beats, %s expired%n", beats, expired);
        assertThat(beats).hasValueGreaterThan(CONCURRENT / 10);
        assertThat(expired).hasValueGreaterThan(CONCURRENT / 20);
    }

    private void race(long seed) throws Exception {
        Semaphore written = new Semaphore(0);
        AtomicInteger underWay = new AtomicInteger();
        CountDownLatch quiet = new CountDownLatch(1);
        pool.tasks =
                task -> {
                    underWay.incrementAndGet();
                    threads.execute(
                            () -> {
                                task.run();
                                underWay.decrementAndGet();
                            });
                };
        GateSchedule schedule =
                new GateSchedule(handler, seed, () -> {}, pool.tasks::run, written::release);
        current = schedule;
        Random random = new Random(seed * 31);
        int pauses = random.nextInt(2_000);
        boolean expires = random.nextInt(3) == 0;
        Future<?> timer =
                threads.submit(
                        () -> {
                            for (int i = 0; i < 40 && quiet.getCount() > 0; i++) {
                                schedule.beat();
                                for (int p = 0; p < pauses; p++) Thread.onSpinWait();
                                if (i == 3 && expires) schedule.exchange.times().expire();
                            }
                        });
        schedule.handle(random.nextInt(6));
        while (!schedule.application.script.isEmpty()) {
            if (!schedule.application.isReady())
                assertThat(written.tryAcquire(20, TimeUnit.SECONDS)).as("seed " + seed).isTrue();
            else if (schedule.application.isHandlersNext()) {
                schedule.application.script.pop();
                schedule.application.script.push(ScriptedApplication.Op.FAIL);
            } else schedule.application.step();
        }
        quiet.countDown();
        timer.get(20, TimeUnit.SECONDS);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (underWay.get() > 0 || !schedule.jetty.isCalled()) {
            assertThat(System.nanoTime()).as("stuck: seed " + seed).isLessThan(end);
            Thread.onSpinWait();
        }
        beats.addAndGet(schedule.exchange.heartbeats());
        if (schedule.exchange.failure() != null) expired.incrementAndGet();
        schedule.verify("seed " + seed);
    }

    /** So much time passes between any two looks that a heartbeat is due whenever it is legal. */
    private static final class Hours implements Ticker {
        private final AtomicLong now = new AtomicLong();

        @Override
        public long nanoTime() {
            return now.addAndGet(TimeUnit.HOURS.toNanos(1));
        }
    }

    /** Hands tasks to whomever the schedule names. */
    private static final class SwitchedPool implements ThreadPool, TryExecutor {
        interface Tasks {
            void run(Runnable task);
        }

        volatile Tasks tasks;

        @Override
        public boolean tryExecute(Runnable task) {
            tasks.run(task);
            return true;
        }

        @Override
        public void execute(Runnable task) {
            tasks.run(task);
        }

        @Override
        public void join() {}

        @Override
        public int getThreads() {
            return 1;
        }

        @Override
        public int getIdleThreads() {
            return 1;
        }

        @Override
        public boolean isLowOnThreads() {
            return false;
        }
    }
}
