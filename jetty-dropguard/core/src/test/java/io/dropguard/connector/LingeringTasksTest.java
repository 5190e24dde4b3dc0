package io.dropguard.connector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Test;

class LingeringTasksTest {
    private final HandRunScheduler scheduler = new HandRunScheduler(new AtomicLong());
    private final ByteArrayEndPoint endPoint = new ByteArrayEndPoint();
    private final ByteArrayEndPoint unseen =
            new ByteArrayEndPoint() {
                @Override
                protected void execute(Runnable selector) {
                    // it is busy with others
                }
            };
    private final List<LingeringClose> ended = new ArrayList<>();

    @Test
    void whatHasComeWhenTheTimeIsOverIsLookedAtThoughTheSelectorHasNotSeenIt() {
        Duration time = Duration.ofMillis(20);
        List<String> told = new ArrayList<>();
        LingeringClose close =
                new LingeringClose(
                        unseen,
                        ByteBufferPool.NON_POOLING,
                        scheduler,
                        LingerConfig.DEFAULT.withTime(time).withTimeout(time),
                        bytes -> told.add(BufferUtil.toString(bytes)),
                        ended::add);
        long begin = System.nanoTime();
        close.begin();
        unseen.addInputAndExecute(BufferUtil.toBuffer("GET"));

        await().until(() -> System.nanoTime() - begin > time.toNanos());
        scheduler.runNext();

        assertThat(told).containsExactly("GET");
        assertThat(ended).containsExactly(close);
        assertThat(unseen.isOpen()).isFalse();
    }

    @Test
    void aClientThatStillSendsIsNotTakenForSilentBecauseTheSelectorIsLate() {
        Duration timeout = Duration.ofMillis(20);
        long begin = System.nanoTime();
        new LingeringClose(
                        unseen,
                        ByteBufferPool.NON_POOLING,
                        scheduler,
                        LingerConfig.DEFAULT.withTimeout(timeout),
                        null,
                        ended::add)
                .begin();
        unseen.addInputAndExecute(BufferUtil.toBuffer("more"));

        await().until(() -> System.nanoTime() - begin > timeout.toNanos());
        scheduler.runNext();
        assertThat(unseen.isOpen()).isTrue();
        assertThat(scheduler.pending()).isEqualTo(1);

        long read = System.nanoTime();
        await().until(() -> System.nanoTime() - read > timeout.toNanos());
        scheduler.runNext();
        assertThat(unseen.isOpen()).as("nothing came any more").isFalse();
    }

    @Test
    void anIdleConnectionIsNotTimedOutOnceMoreWhileItIsListenedTo() {
        endPoint.setIdleTimeout(1_000);
        new LingeringClose(
                        endPoint,
                        ByteBufferPool.NON_POOLING,
                        scheduler,
                        LingerConfig.DEFAULT,
                        bytes -> {},
                        ended::add)
                .begin();
        assertThat(endPoint.getIdleTimeout()).isNegative();
    }

    @Test
    void aConnectionThatAsksForBytesMeanwhileIsToldItIsClosedAndDoesNotEndTheDraining() {
        List<Throwable> told = new ArrayList<>();
        Callback above = Callback.from(() -> told.add(new AssertionError("bytes")), told::add);
        ByteArrayEndPoint asked =
                new ByteArrayEndPoint() {
                    @Override
                    public int fill(ByteBuffer buffer) throws IOException {
                        int filled = super.fill(buffer);
                        if (filled > 0 && told.isEmpty()) tryFillInterested(above);
                        return filled;
                    }

                    @Override
                    protected void execute(Runnable selector) {
                        selector.run();
                    }
                };
        new LingeringClose(
                        asked,
                        ByteBufferPool.NON_POOLING,
                        scheduler,
                        LingerConfig.DEFAULT,
                        null,
                        ended::add)
                .begin();

        asked.addInputAndExecute(BufferUtil.toBuffer("some"));
        assertThat(asked.isOpen()).as("there may be more").isTrue();
        assertThat(told).singleElement().isInstanceOf(ClosedChannelException.class);

        asked.addInputAndExecute(BufferUtil.toBuffer("more"));
        assertThat(asked.isOpen()).isTrue();
        assertThat(asked.hasMore()).as("more").isFalse();
    }

    @Test
    void aConnectionThatHasEndedIsNotHeldByTheSchedulerUntilItsTimeIsOver() {
        LingeringClose close =
                new LingeringClose(
                        endPoint,
                        ByteBufferPool.NON_POOLING,
                        scheduler,
                        LingerConfig.DEFAULT,
                        null,
                        ended::add);
        close.begin();
        assertThat(scheduler.pending()).isEqualTo(1);

        close.finish();
        assertThat(ended).containsExactly(close);
        assertThat(endPoint.isOpen()).isFalse();
        assertThat(scheduler.pending()).isZero();
    }
}
