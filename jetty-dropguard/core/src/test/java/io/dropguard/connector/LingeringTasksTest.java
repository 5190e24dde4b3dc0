package io.dropguard.connector;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.eclipse.jetty.io.ByteBufferPool;
import org.junit.jupiter.api.Test;

class LingeringTasksTest {
    private final HandRunScheduler scheduler = new HandRunScheduler(new AtomicLong());
    private final ByteArrayEndPoint endPoint = new ByteArrayEndPoint();
    private final List<LingeringClose> ended = new ArrayList<>();

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
