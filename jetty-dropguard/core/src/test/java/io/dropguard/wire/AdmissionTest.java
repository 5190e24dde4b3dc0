package io.dropguard.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dropguard.DropGuard;
import io.dropguard.exchange.QueueOrder;
import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.RawClient;
import io.dropguard.testkit.TestServer;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** While requests queue for threads, those whose clients have left are not run. */
class AdmissionTest {
    @ParameterizedTest
    @EnumSource(QueueOrder.class)
    void aRequestWhoseClientLeftWhileItQueuedIsNotRun(QueueOrder order) throws Exception {
        int waiting = 20;
        Work work = new Work();
        DropGuard guard = DropGuard.builder().queueOrder(order).build();
        QueuedThreadPool threads = new QueuedThreadPool(6, 6);
        threads.setReservedThreads(0);
        try (TestServer server =
                TestServer.speaking(Protocol.HTTP_1)
                        .handledBy(work)
                        .threads(threads)
                        .guardedBy(guard::installOn)
                        .start()) {
            List<RawClient> busy = new ArrayList<>();
            while (threads.getIdleThreads() > 0 || guard.statistics().active() < busy.size()) {
                RawClient client = RawClient.connect(server.port());
                client.get("/job");
                busy.add(client);
                work.awaitRun();
            }
            List<RawClient> stay = new ArrayList<>();
            List<RawClient> leave = new ArrayList<>();
            for (int i = 0; i < waiting; i++) {
                RawClient client = RawClient.connect(server.port());
                client.send("GET /job?" + i + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
                (i % 2 == 0 ? stay : leave).add(client);
            }
            await().until(() -> threads.getQueueSize() >= waiting);
            for (RawClient client : leave) client.rst();
            stay.get(0).halfClose(); // and waits
            work.release.countDown();
            for (RawClient client : stay) assertThat(client.body()).isEqualTo("done");
            for (RawClient client : busy) assertThat(client.body()).isEqualTo("done");
            await().untilAsserted(() -> assertThat(guard.statistics().active()).isZero());
            // those that leave the queue last find nobody queueing, and are not looked at
            assertThat(guard.statistics().unrun())
                    .isBetween((long) leave.size() - threads.getMaxThreads(), (long) leave.size());
            for (RawClient client : stay) client.close();
            for (RawClient client : busy) client.close();
        }
    }
}
