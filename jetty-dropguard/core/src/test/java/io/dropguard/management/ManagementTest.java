package io.dropguard.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.dropguard.DropGuard;
import io.dropguard.monitor.ConnectionPhase;
import io.dropguard.monitor.ConnectionSnapshot;
import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.RawClient;
import io.dropguard.testkit.TestServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.management.MBeanServer;
import javax.management.MBeanServerFactory;
import javax.management.ObjectName;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.jmx.MBeanContainer;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What tools see of a guard. One client is served, one is lost, one is being computed for. */
class ManagementTest {
    private final MBeanServer mbeans = MBeanServerFactory.newMBeanServer();
    private final DropGuard guard = DropGuard.create();
    private final CountDownLatch release = new CountDownLatch(1);
    private TestServer server;
    private RawClient computing;

    private final class Application extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback)
                throws Exception {
            if (Request.getPathInContext(request).equals("/job")
                    && !release.await(20, TimeUnit.SECONDS))
                throw new IllegalStateException("never released");
            Content.Sink.write(response, true, "done", callback);
            return true;
        }
    }

    @BeforeEach
    void start() throws Exception {
        server =
                TestServer.speaking(Protocol.HTTP_1)
                        .handledBy(new Application())
                        .guardedBy(
                                bare -> {
                                    bare.addBean(new MBeanContainer(mbeans));
                                    guard.installOn(bare);
                                })
                        .start();
        try (RawClient served = RawClient.connect(server.port())) {
            served.get("/hello");
            served.readHead();
        }
        RawClient lost = RawClient.connect(server.port());
        lost.get("/job");
        await().until(() -> guard.statistics().active() == 1);
        lost.rst();
        await().until(() -> guard.statistics().active() == 0);
        computing = RawClient.connect(server.port());
        computing.get("/job");
        await().until(() -> guard.statistics().active() == 1);
        await().until(() -> guard.connections().count() == 1);
    }

    @AfterEach
    void stop() throws Exception {
        release.countDown();
        computing.close();
        server.close();
    }

    @Test
    void aGuardIsABeanOfJmx() throws Exception {
        ObjectName name =
                mbeans.queryNames(
                                new ObjectName("io.dropguard.management:type=managedguard,*"), null)
                        .iterator()
                        .next();

        assertThat(name.getKeyProperty("type")).isEqualTo("managedguard");
        assertThat(mbeans.getAttribute(name, "exchanges")).isEqualTo(3L);
        assertThat(mbeans.getAttribute(name, "active")).isEqualTo(1L);
        assertThat(mbeans.getAttribute(name, "lost")).isEqualTo(1L);
        assertThat(mbeans.getAttribute(name, "losses"))
                .isEqualTo(
                        Map.of(
                                "FIN",
                                0L,
                                "RST",
                                1L,
                                "STREAM_RESET",
                                0L,
                                "WRITE_FAILED",
                                0L,
                                "UNREACHABLE",
                                0L));
        assertThat(mbeans.getAttribute(name, "interrupts")).isEqualTo(1L);
        assertThat(mbeans.getAttribute(name, "connections")).isEqualTo(1);
        assertThat(mbeans.getAttribute(name, "connectionsByPhase"))
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
                .containsEntry("COMPUTING", 1)
                .containsEntry("IDLE", 0);
        assertThat(mbeans.getAttribute(name, "stuck")).isEqualTo(0L);
        assertThat(mbeans.invoke(name, "shutdownStuck", new Object[0], new String[0])).isEqualTo(0);
        assertThat(
                        mbeans.invoke(
                                name,
                                "shutdownRemote",
                                new Object[] {"127.0.0.1"},
                                new String[] {String.class.getName()}))
                .isEqualTo(1);
        release.countDown(); // its work goes on until then
        await().until(() -> guard.connections().count() == 0);
    }

    @Test
    void theServersDumpTellsOfConnections() {
        assertThat(server.server().dump())
                .contains("DropGuard[1 connections]")
                .contains("GuardStatistics[exchanges=3, active=1, losses={FIN=0, RST=1,")
                .contains("connections=1 {HANDSHAKING=0, IDLE=0, READING_HEADERS=0,")
                .containsPattern("#\\d+ COMPUTING for \\d+ ms, HTTP/1.1 127.0.0.1:\\d+, GET /job");
    }

    @Test
    void metersTellOfLossesWasteAndConnections() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();

        new DropGuardMetrics(guard.statistics(), guard.connections()).bindTo(registry);

        assertThat(
                        registry.get("jetty.dropguard.losses")
                                .tag("signal", "rst")
                                .functionCounter()
                                .count())
                .isEqualTo(1);
        assertThat(registry.get("jetty.dropguard.losses").functionCounters()).hasSize(5);
        assertThat(registry.get("jetty.dropguard.wasted.time").functionTimer().count())
                .isEqualTo(1);
        assertThat(
                        registry.get("jetty.dropguard.wasted.time")
                                .functionTimer()
                                .totalTime(TimeUnit.NANOSECONDS))
                .isCloseTo((double) guard.statistics().ranOn().toNanos(), within(1.0))
                .isPositive();
        assertThat(registry.get("jetty.dropguard.exchanges").functionCounter().count())
                .isEqualTo(3);
        assertThat(registry.get("jetty.dropguard.interrupts").functionCounter().count())
                .isEqualTo(1);
        for (String none : List.of("heartbeats", "deadlines", "unrun"))
            assertThat(registry.get("jetty.dropguard." + none).functionCounter().count()).isZero();
        assertThat(registry.get("jetty.dropguard.exchanges.active").gauge().value()).isEqualTo(1);
        assertThat(
                        registry.get("jetty.dropguard.connections")
                                .tag("phase", "computing")
                                .gauge()
                                .value())
                .isEqualTo(1);
        assertThat(registry.get("jetty.dropguard.connections").gauges())
                .hasSize(ConnectionPhase.values().length);
        assertThat(registry.get("jetty.dropguard.connections.stuck").gauge().value()).isZero();
    }

    @Test
    void connectionsThatAreEndedAreRecorded(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("stuck.jfr");
        ConnectionSnapshot connection = guard.connections().snapshot().get(0);
        try (Recording recording = new Recording()) {
            recording.enable("io.dropguard.StuckConnection");
            recording.start();
            assertThat(guard.connections().shutdown(connection.id(), connection.epoch())).isTrue();
            recording.stop();
            recording.dump(file);
        }

        List<RecordedEvent> events =
                RecordingFile.readAllEvents(file).stream()
                        .filter(
                                e ->
                                        e.getEventType()
                                                .getName()
                                                .equals("io.dropguard.StuckConnection"))
                        .toList();
        assertThat(events).hasSize(1);
        assertThat(events.get(0).getString("kind")).isEqualTo("SHUT_DOWN");
        assertThat(events.get(0).getString("phase")).isEqualTo("COMPUTING");
        assertThat(events.get(0).getLong("connection")).isEqualTo(connection.id());
        assertThat(events.get(0).getString("path")).isEqualTo("/job");
        assertThat(events.get(0).getString("stack")).contains("CountDownLatch.await");
    }
}
