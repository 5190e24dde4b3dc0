package io.dropguard.it.vanished;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dropguard.DropGuard;
import io.dropguard.cancel.ClientLoss.Signal;
import io.dropguard.heartbeat.HeartbeatMode;
import io.dropguard.monitor.PeerCondition;
import io.dropguard.testkit.Protocol;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client whose link goes silently down is noticed in the time that was configured. */
@Timeout(120)
class VanishedClientIT {
    private static final Duration CONFIGURED = Duration.ofSeconds(5);
    private static final Duration TOLERANCE = Duration.ofSeconds(2);

    private static final String NOTHING = "/nothing";
    private static final String HEARTBEATS = "/heartbeats";
    private static final String RESPONSE = "/large";

    /** 2 MB/s: still under way when the last client has been started. */
    private static final String RATE = "2M";

    /** 10 MB/s: it is stopped before it has read all. */
    private static final String FASTER = "10M";

    private final LossTimes losses = new LossTimes();

    /** Who notices. */
    private enum Judge {
        USER_TIMEOUT,
        KERNEL_VIEW,
        PING;

        Set<Protocol> protocols() {
            return this == PING
                    ? EnumSet.of(Protocol.H2C, Protocol.H2)
                    : EnumSet.allOf(Protocol.class);
        }

        List<String> paths() {
            return this == PING
                    ? List.of(NOTHING, HEARTBEATS)
                    : List.of(NOTHING, HEARTBEATS, RESPONSE);
        }

        DropGuard.Builder guard() {
            DropGuard.Builder alone =
                    DropGuard.builder()
                            .set("keepalive-idle", this == PING ? "0s" : "1s")
                            .set("keepalive-interval", "1s")
                            .set("keepalive-count", "4")
                            .set("tcp-user-timeout", this == PING ? "0s" : CONFIGURED.toString())
                            .set("kernel-view-interval", this == KERNEL_VIEW ? "500ms" : "0s")
                            .set("http2-ping-interval", this == PING ? "2s" : "0s")
                            .set("http2-ping-timeout", "3s");
            return alone.path(
                    HEARTBEATS,
                    p -> p.heartbeat(HeartbeatMode.AUTO).heartbeatInterval(Duration.ofMillis(500)));
        }
    }

    @Test
    void itIsUnreachableWhateverIsInFlightAndWhoeverNotices() throws Exception {
        Map<Judge, VanishedServers> servers = new EnumMap<>(Judge.class);
        try (Namespace there = new Namespace()) {
            List<String> ids = new ArrayList<>();
            for (Judge judge : Judge.values()) servers.put(judge, servers(there, judge));
            for (String path : List.of(NOTHING, HEARTBEATS, RESPONSE)) // under way when cut
            for (Judge judge : Judge.values())
                    for (Protocol protocol : judge.protocols())
                        if (judge.paths().contains(path)) {
                            String id = judge + "-" + protocol + path;
                            ids.add(id);
                            servers.get(judge).curl(protocol, path, id, RATE);
                        }
            for (String id : ids)
                if (id.endsWith(HEARTBEATS))
                    await().until(() -> losses.exchange(id).heartbeats() > 0);
                else if (id.endsWith(RESPONSE)) await().until(() -> losses.written(id) > 0);
            there.cut();
            Instant cut = Instant.now();
            for (String id : ids) awaitLoss(id);
            SoftAssertions all = new SoftAssertions();
            // that kernel cannot tell a client that reads too slowly from one that has vanished,
            // and
            // counts from when its window was closed
            for (String id : ids)
                noticed(
                        all,
                        cut,
                        id,
                        id.startsWith(Judge.USER_TIMEOUT.name()) && id.endsWith(RESPONSE)
                                ? Duration.ZERO
                                : CONFIGURED.minus(TOLERANCE));
            all.assertAll();
        } finally {
            for (VanishedServers each : servers.values()) each.close();
        }
    }

    @Test
    void aClientThatDoesNotReadIsToldFromOneThatHasVanished() throws Exception {
        Set<Protocol> protocols = EnumSet.of(Protocol.HTTP_1, Protocol.TLS);
        Shown ofVanishing = new Shown();
        Shown ofStaying = new Shown();
        try (Namespace vanishing = new Namespace();
                Namespace staying = new Namespace();
                VanishedServers left = servers(vanishing, ofVanishing);
                VanishedServers right = servers(staying, ofStaying)) {
            List<Process> slow = new ArrayList<>();
            for (Protocol protocol : protocols) {
                stop(left.curl(protocol, RESPONSE, "vanishing-" + protocol, FASTER));
                Process reader = right.curl(protocol, RESPONSE, "staying-" + protocol, FASTER);
                stop(reader);
                slow.add(reader);
            }
            for (Protocol protocol : protocols)
                for (String id : List.of("vanishing-" + protocol, "staying-" + protocol))
                    await().until(() -> losses.peer(id) == PeerCondition.NOT_READING);
            vanishing.cut();
            Instant cut = Instant.now();
            await().untilAsserted(
                            () ->
                                    assertThat(ofVanishing.now())
                                            .hasSize(protocols.size())
                                            .containsOnly(PeerCondition.SILENT));
            for (Protocol protocol : protocols) awaitLoss("vanishing-" + protocol);
            SoftAssertions all = new SoftAssertions();
            for (Protocol protocol : protocols) {
                noticed(all, cut, "vanishing-" + protocol, CONFIGURED.minus(TOLERANCE));
                all.assertThat(losses.peer("vanishing-" + protocol))
                        .isEqualTo(PeerCondition.SILENT);
                all.assertThat(losses.isLost("staying-" + protocol)).isFalse();
                all.assertThat(losses.peer("staying-" + protocol))
                        .isEqualTo(PeerCondition.NOT_READING);
            }
            all.assertThat(ofStaying.now())
                    .hasSize(protocols.size())
                    .containsOnly(PeerCondition.NOT_READING);
            all.assertThat(ofStaying.reported()).containsExactly(PeerCondition.NOT_READING);
            all.assertThat(ofVanishing.reported()).contains(PeerCondition.SILENT);
            await().until(() -> ofVanishing.records().size() == protocols.size());
            all.assertThat(ofVanishing.records())
                    .allSatisfy(
                            record ->
                                    assertThat(record)
                                            .contains("\"dropguard.loss.signal\":\"unreachable\"")
                                            .contains("\"dropguard.peer\":\"silent\""));
            all.assertThat(ofStaying.records()).isEmpty();
            for (Process reader : slow) resume(reader);
            for (Process reader : slow) {
                all.assertThat(reader.waitFor(60, TimeUnit.SECONDS)).isTrue();
                all.assertThat(reader.exitValue()).isZero();
            }
            for (Protocol protocol : protocols)
                all.assertThat(losses.written("staying-" + protocol)).isEqualTo(LossTimes.LARGE);
            all.assertAll();
        }
    }

    private void awaitLoss(String id) {
        await().alias(id).atMost(CONFIGURED.multipliedBy(4)).until(() -> losses.isLost(id));
    }

    private void noticed(SoftAssertions all, Instant cut, String id, Duration atLeast) {
        all.assertThat(losses.loss(id).signal()).as(id).isEqualTo(Signal.UNREACHABLE);
        all.assertThat(losses.noticedAfter(cut, id))
                .as(id)
                .isBetween(atLeast, CONFIGURED.plus(TOLERANCE));
    }

    private VanishedServers servers(Namespace there, Judge judge) throws Exception {
        return new VanishedServers(there, losses, () -> judge.guard().build());
    }

    private VanishedServers servers(Namespace there, Shown shown) throws Exception {
        return new VanishedServers(there, losses, () -> shown.of(Judge.KERNEL_VIEW.guard()));
    }

    private static void stop(Process process) throws IOException, InterruptedException {
        signal("-STOP", process);
    }

    private static void resume(Process process) throws IOException, InterruptedException {
        signal("-CONT", process);
    }

    private static void signal(String signal, Process process)
            throws IOException, InterruptedException {
        new ProcessBuilder("kill", signal, Long.toString(process.pid())).start().waitFor();
    }
}
