package io.dropguard.monitor;

import static io.dropguard.monitor.StuckReport.Kind.CLOSED;
import static io.dropguard.monitor.StuckReport.Kind.RECOVERED;
import static io.dropguard.monitor.StuckReport.Kind.SHUT_DOWN;
import static io.dropguard.monitor.StuckReport.Kind.STILL_STUCK;
import static io.dropguard.monitor.StuckReport.Kind.STUCK;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is stuck, what is told of it and what is done, by a hand-turned clock. */
class StuckConnectionMonitorTest {
    private static final String VERSION = "HTTP/1.1";
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Comparator<StuckReport> LONGEST_FIRST =
            Comparator.comparing(StuckReport::stuckFor).reversed();

    private final HandTurned clock = new HandTurned();
    private final List<StuckReport> reports = new ArrayList<>();
    private final List<String> log = new ArrayList<>();
    private final FakeSocket socket = new FakeSocket("10.0.0.1");
    private final FakeExchange exchange = new FakeExchange("/path");

    // made anew by monitor()
    private ConnectionRegistry registry;
    private TrackedConnection connection;

    @Test
    void aReportSaysWhetherTheClientDoesNotReadOrHasVanished() {
        monitor(limit(ConnectionPhase.WRITING, 10));
        connection.begin(exchange, VERSION);
        connection.writing();
        connection.setPeer(PeerCondition.NOT_READING);
        lookAfter(Duration.ofSeconds(11));
        connection.setPeer(PeerCondition.SILENT);
        lookAfter(Duration.ofSeconds(11));
        assertThat(reports)
                .extracting(report -> report.connection().peer())
                .containsExactly(PeerCondition.NOT_READING, PeerCondition.SILENT);
        assertThat(log)
                .satisfiesExactly(
                        stuck -> assertThat(stuck).contains("), client not reading: HTTP/1.1 "),
                        still -> assertThat(still).contains("), client silent: HTTP/1.1 "));
        connection.setPeer(PeerCondition.RESPONSIVE);
        assertThat(registry.snapshot().get(0).peer()).isEqualTo(PeerCondition.RESPONSIVE);
    }

    @Test
    void aConnectionIsStuckOnceItIsOverTheLimitOfItsPhase() {
        monitor(limit(ConnectionPhase.IDLE, 10));
        lookAfter(Duration.ofMillis(9_999)); // and the one since it was made
        assertThat(reports).isEmpty();
        lookAfter(Duration.ofMillis(1));
        StuckReport stuck = only(STUCK);
        assertThat(stuck.phase()).isEqualTo(ConnectionPhase.IDLE);
        assertThat(stuck.stuckFor()).isEqualTo(Duration.ofMillis(10_001));
        assertThat(stuck.stack()).isEmpty();
        assertThat(stuck.connection().stuck()).isTrue();
        assertThat(log)
                .containsExactly(
                        "Connection 1 from 10.0.0.1:5000 stuck in IDLE for 10 s (limit: 10 s):"
                                + " HTTP/1.1, requests 0, bytes read 0, written 0");
    }

    @Test
    void itIsToldAgainAtIntervalsThatDouble() {
        monitor(limit(ConnectionPhase.IDLE, 10));
        List<Long> told = new ArrayList<>();
        for (int second = 1; second <= 200; second++) {
            int before = reports.size();
            lookAfter(SECOND);
            if (reports.size() > before) told.add((long) second);
        }
        assertThat(told).containsExactly(10L, 21L, 42L, 83L, 164L);
        assertThat(reports).extracting(StuckReport::kind).startsWith(STUCK, STILL_STUCK);
    }

    @Test
    void thatItMovesOnIsToldOnceWithHowLongItWasStuck() {
        monitor(limit(ConnectionPhase.COMPUTING, 10));
        connection.begin(exchange, VERSION);
        lookAfter(Duration.ofSeconds(95));
        assertThat(only(STUCK).stack())
                .anyMatch(frame -> frame.getClassName().endsWith("StuckConnectionMonitorTest"));
        connection.end(exchange);
        lookAfter(Duration.ofSeconds(5));
        lookAfter(Duration.ofSeconds(5));
        assertThat(only(RECOVERED).stuckFor()).isEqualTo(Duration.ofSeconds(95));
        assertThat(log)
                .last()
                .isEqualTo(
                        "Connection 1 from 10.0.0.1:5000 previously stuck in COMPUTING for 95 s,"
                                + " moved on to IDLE");
        assertThat(registry.snapshot().get(0).stuck()).isFalse();
    }

    @Test
    void thatItClosesIsToldOnceToo() {
        monitor(limit(ConnectionPhase.WRITING, 10));
        lookAfter(Duration.ofSeconds(20));
        connection.begin(exchange, VERSION);
        lookAfter(SECOND);
        connection.writing();
        lookAfter(Duration.ofSeconds(95));
        connection.closed();
        lookAfter(Duration.ofSeconds(5));
        lookAfter(Duration.ofSeconds(5));
        assertThat(only(CLOSED).stuckFor()).isEqualTo(Duration.ofSeconds(100));
        assertThat(log)
                .last()
                .isEqualTo(
                        "Connection 1 from 10.0.0.1:5000 previously stuck in WRITING for 100 s,"
                                + " closed after 121 s");
        assertThat(registry.count()).isZero();
    }

    @ParameterizedTest
    @EnumSource(ConnectionPhase.class)
    void aPhaseWithoutALimitIsNeverStuck(ConnectionPhase unlimited) {
        MonitorConfig config = MonitorConfig.DEFAULT.withAction(StuckAction.SHUTDOWN);
        for (ConnectionPhase phase : ConnectionPhase.values())
            if (phase != unlimited) config = config.withLimit(phase, SECOND);
        monitor(config);
        enter(unlimited);
        lookAfter(Duration.ofDays(1_000));
        assertThat(reports).isEmpty();
        assertThat(socket.shutdowns).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(ConnectionPhase.class)
    void everyPhaseHasItsLimitAndItsAction(ConnectionPhase phase) {
        monitor(
                MonitorConfig.DEFAULT
                        .withLimit(phase, SECOND)
                        .withAction(phase, StuckAction.SHUTDOWN));
        enter(phase);
        lookAfter(Duration.ofMillis(1_500));
        assertThat(reports).extracting(StuckReport::kind).containsExactly(STUCK, SHUT_DOWN);
        assertThat(reports).extracting(StuckReport::phase).containsOnly(phase);
        assertThat(socket.shutdowns).containsExactly(phase);
        lookAfter(Duration.ofDays(1));
        connection.closed();
        lookAfter(Duration.ofDays(1));
        assertThat(reports).hasSize(2);
    }

    @Test
    void aByteInEveryPhaseLeavesTheTimeForAHeadAsItIs() {
        monitor(limit(ConnectionPhase.READING_HEADERS, 40));
        for (int i = 0; i < 40; i++) {
            connection.filled(1);
            connection.awaitsBytes();
            lookAfter(SECOND);
        }
        assertThat(reports).isEmpty();
        connection.filled(1);
        connection.awaitsBytes();
        lookAfter(SECOND);
        assertThat(only(STUCK).stuckFor()).isEqualTo(Duration.ofSeconds(41));
    }

    @Test
    void aHeadHasTheGraceAndASecondMoreForAsManyBytesAsTheRateAsks() {
        monitor(rate(ConnectionPhase.READING_HEADERS, 500, 20));
        int seconds = 0;
        while (reports.isEmpty() && seconds < 1_000) {
            connection.filled(250); // half of what is asked
            connection.awaitsBytes();
            lookAfter(SECOND);
            seconds++;
        }
        assertThat(seconds).isBetween(39, 42);
        assertThat(only(STUCK).limit()).isEqualTo("500 bytes/s");
    }

    @Test
    void whatWasSentFastDoesNotPayForATrickleLater() {
        monitor(rate(ConnectionPhase.READING_BODY, 500, 20));
        connection.begin(exchange, VERSION);
        connection.awaitsBody(exchange);
        lookAfter(SECOND);
        connection.filled(10_000_000);
        lookAfter(SECOND);
        for (int i = 0; i < 25; i++) {
            connection.filled(1);
            connection.hasBody(exchange);
            connection.awaitsBody(exchange);
            lookAfter(SECOND);
        }
        assertThat(only(STUCK).phase()).isEqualTo(ConnectionPhase.READING_BODY);
    }

    @Test
    void onlyTheTimeInWhichTheClientIsWaitedForCounts() {
        monitor(rate(ConnectionPhase.READING_BODY, 500, 20));
        connection.begin(exchange, VERSION);
        for (int i = 0; i < 100; i++) {
            connection.awaitsBody(exchange);
            lookAfter(Duration.ofMillis(100));
            connection.filled(50);
            connection.hasBody(exchange);
            lookAfter(Duration.ofSeconds(10)); // the application takes its time
        }
        assertThat(reports).isEmpty();
    }

    @Test
    void aSlowClientIsToldOnceThoughItSendsAByteNowAndThenAndOnceThatItCaughtUp() {
        monitor(rate(ConnectionPhase.READING_BODY, 500, 5));
        connection.begin(exchange, VERSION);
        connection.awaitsBody(exchange);
        for (int i = 0; i < 9; i++) {
            connection.filled(1);
            connection.hasBody(exchange);
            connection.awaitsBody(exchange);
            lookAfter(SECOND);
        }
        assertThat(only(STUCK).phase()).isEqualTo(ConnectionPhase.READING_BODY);
        assertThat(registry.snapshot().get(0).stuck()).isTrue();
        connection.filled(100_000);
        lookAfter(SECOND);
        assertThat(reports).extracting(StuckReport::kind).containsExactly(STUCK, RECOVERED);
    }

    @Test
    void theNextRequestBeginsWithAllOfTheGrace() {
        monitor(rate(ConnectionPhase.READING_BODY, 500, 20));
        for (int request = 0; request < 5; request++) {
            connection.begin(exchange, VERSION);
            connection.awaitsBody(exchange);
            lookAfter(Duration.ofSeconds(10));
            lookAfter(Duration.ofSeconds(5));
            connection.hasBody(exchange);
            connection.end(exchange);
            lookAfter(SECOND);
        }
        assertThat(reports).isEmpty();
    }

    @Test
    void workThatGoesOnAfterTheShutdownIsInterruptedAtALimitOfItsOwn() {
        monitor(
                limit(ConnectionPhase.COMPUTING, 10)
                        .withAction(StuckAction.SHUTDOWN)
                        .withInterrupt(Duration.ofSeconds(30)));
        connection.begin(exchange, VERSION);
        lookAfter(Duration.ofSeconds(11));
        assertThat(exchange.reasons).hasSize(1);
        assertThat(exchange.reasons.get(0).describe())
                .isEqualTo("connection stuck in COMPUTING for 11000 ms");
        connection.closed(); // the connection goes, and the thread works on
        lookAfter(Duration.ofSeconds(18));
        assertThat(exchange.interrupts).hasValue(0);
        lookAfter(Duration.ofSeconds(2));
        lookAfter(Duration.ofSeconds(2));
        assertThat(exchange.interrupts).hasValue(1);
    }

    @Test
    void workThatHasStoppedIsNotInterrupted() {
        monitor(
                limit(ConnectionPhase.COMPUTING, 10)
                        .withAction(StuckAction.SHUTDOWN)
                        .withInterrupt(Duration.ofSeconds(30)));
        connection.begin(exchange, VERSION);
        lookAfter(Duration.ofSeconds(11));
        connection.end(exchange);
        lookAfter(Duration.ofSeconds(60));
        assertThat(exchange.interrupts).hasValue(0);
    }

    @Test
    void manyAreToldLongestFirstAndOnlySomeOfThemLineByLine() {
        monitor(limit(ConnectionPhase.IDLE, 10));
        for (int i = 1; i < 1_000; i++) {
            registry.track(new FakeSocket("10.0.1.1"));
            clock.turn(Duration.ofMillis(1));
        }
        lookAfter(Duration.ofSeconds(20));
        assertThat(reports).hasSize(1_000).isSortedAccordingTo(LONGEST_FIRST);
        assertThat(log).hasSize(11);
        assertThat(log.get(0)).startsWith("Connection 1 from 10.0.0.1:5000 stuck in IDLE");
        assertThat(log.get(10)).isEqualTo("Stuck connections not listed: stuck 990");
    }

    @Test
    void aListenerThatThrowsStopsNothing() {
        monitor(limit(ConnectionPhase.IDLE, 10).withAction(StuckAction.SHUTDOWN));
        registry.addListener(
                report -> {
                    throw new IllegalStateException("not our fault");
                });
        lookAfter(Duration.ofSeconds(11));
        assertThat(reports).extracting(StuckReport::kind).containsExactly(STUCK, SHUT_DOWN);
        assertThat(socket.shutdowns).hasSize(1);
    }

    private static MonitorConfig limit(ConnectionPhase phase, int seconds) {
        return MonitorConfig.DEFAULT.withLimit(phase, Duration.ofSeconds(seconds));
    }

    private static MonitorConfig rate(ConnectionPhase phase, int rate, int grace) {
        return MonitorConfig.DEFAULT.withRate(phase, rate).withGrace(Duration.ofSeconds(grace));
    }

    private void monitor(MonitorConfig config) {
        ReportLog lines = new ReportLog(clock, log::add, log::add);
        registry = new ConnectionRegistry(config, clock, lines, false);
        registry.addListener(reports::add);
        connection = registry.track(socket);
        clock.turn(Duration.ofMillis(1)); // two phases never begin at once
    }

    private void enter(ConnectionPhase phase) {
        switch (phase) {
            case HANDSHAKING -> connection.handshaking();
            case IDLE -> {}
            case READING_HEADERS -> {
                connection.filled(1);
                connection.awaitsBytes();
            }
            case READING_BODY -> {
                connection.begin(exchange, VERSION);
                connection.awaitsBody(exchange);
            }
            case COMPUTING -> connection.begin(exchange, VERSION);
            case WRITING -> {
                connection.begin(exchange, VERSION);
                connection.writing();
            }
            case LINGERING -> connection.lingering();
        }
    }

    private void lookAfter(Duration time) {
        clock.turn(time);
        registry.monitor().look();
    }

    private StuckReport only(StuckReport.Kind kind) {
        List<StuckReport> of = reports.stream().filter(each -> each.kind() == kind).toList();
        assertThat(of).hasSize(1);
        return of.get(0);
    }
}
