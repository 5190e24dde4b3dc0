package io.dropguard.connector;

import io.dropguard.cancel.Ticker;
import io.dropguard.kernel.Kernel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets up a connector's sockets so that a client that vanishes is noticed: what accepted sockets
 * inherit on the listening one, the rest on each. Thread-safe once started.
 */
public final class SocketTuning extends AbstractLifeCycle implements Connection.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(SocketTuning.class);

    /** 1 s and 2 minutes: what Linux takes. */
    private static final int LEAST_RTO_MAX = 1_000;

    private static final int MOST_RTO_MAX = 120_000;

    private final ServerConnector connector;
    private final TuningConfig config;
    private final Kernel.Access access;
    private volatile List<SocketSetting<?>> perSocket = List.of();
    private volatile @Nullable Scheduler view;
    private volatile String said = "";

    private SocketTuning(ServerConnector connector, TuningConfig config, Kernel.Access access) {
        this.connector = connector;
        this.config = config;
        this.access = access;
    }

    /** Has a connector's sockets set up when it starts; one that is not TCP's is left alone. */
    public static void tune(Connector connector, TuningConfig config) {
        tune(connector, config, Kernel.access());
    }

    static void tune(Connector connector, TuningConfig config, Kernel.Access access) {
        if (!(connector instanceof ServerConnector tcp)) return;
        if (config.reusePort()) tcp.setReusePort(true); // before it binds
        tcp.addBean(new SocketTuning(tcp, config, access));
    }

    @Override
    protected void doStart() throws IOException {
        // Jetty opens a connector before it starts its beans
        if (!(connector.getTransport() instanceof ServerSocketChannel listening)) return;
        TuningReport report = new TuningReport();
        List<SocketSetting<?>> each = new ArrayList<>();
        keepalive(listening, each, report);
        if (kernelView(report)) probes(listening, report);
        else userTimeout(listening, report);
        ping(report);
        if (config.quickAck()) quickAck(each, report);
        if (config.reusePort()) report.applied("SO_REUSEPORT");
        perSocket = List.copyOf(each);
        said = report.toString();
        LOG.info("{} on {}", said, connector);
    }

    /** What was applied when it last started, what was not, and why. */
    String report() {
        return said;
    }

    private void keepalive(
            ServerSocketChannel listening, List<SocketSetting<?>> each, TuningReport report)
            throws IOException {
        KeepaliveConfig keepalive = config.keepalive();
        if (keepalive.idle().isZero()) {
            report.leftOut("keepalive", "keepalive-idle is 0s");
            return;
        }
        each.add(new SocketSetting<>(StandardSocketOptions.SO_KEEPALIVE, true));
        seconds("TCP_KEEPIDLE", keepalive.idle(), listening, each, report);
        seconds("TCP_KEEPINTERVAL", keepalive.interval(), listening, each, report);
        number("TCP_KEEPCOUNT", keepalive.count(), "", listening, each, report);
    }

    private static void seconds(
            String name,
            Duration value,
            ServerSocketChannel listening,
            List<SocketSetting<?>> each,
            TuningReport report)
            throws IOException {
        number(name, (int) value.toSeconds(), " s", listening, each, report);
    }

    private static void number(
            String name,
            int value,
            String unit,
            ServerSocketChannel listening,
            List<SocketSetting<?>> each,
            TuningReport report)
            throws IOException {
        Optional<SocketSetting<?>> setting = SocketSetting.named(name, value);
        if (setting.isEmpty()) {
            report.leftOut(name, "this JDK does not have it here");
            return;
        }
        if (!setting.get().isInheritedFrom(listening)) each.add(setting.get());
        report.applied(name + " " + value + unit);
    }

    private static void quickAck(List<SocketSetting<?>> each, TuningReport report)
            throws IOException {
        Optional<SocketSetting<?>> setting = SocketSetting.named("TCP_QUICKACK", true);
        setting.ifPresent(each::add);
        if (setting.isPresent()) report.applied("TCP_QUICKACK");
        else report.leftOut("TCP_QUICKACK", "this JDK does not have it here");
    }

    /**
     * Whether the kernel is asked: then we judge the peers, and live ones that do not read stay.
     */
    private boolean kernelView(TuningReport report) {
        Kernel kernel = access.kernel();
        if (config.kernelView().isZero())
            report.leftOut("kernel view", "kernel-view-interval is 0s");
        else if (kernel == null) report.leftOut("kernel view", access.reason());
        else
            try {
                kernel.connections(connector.getLocalPort());
                KernelView created =
                        new KernelView(connector, kernel, config.userTimeout(), Ticker.system());
                view = created.start(config.kernelView());
                report.applied(
                        "kernel view every %d ms with a user timeout of %d ms"
                                .formatted(
                                        config.kernelView().toMillis(),
                                        config.userTimeout().toMillis()));
                return true;
            } catch (IOException refused) {
                report.leftOut("kernel view", String.valueOf(refused.getMessage()));
            }
        return false;
    }

    private void ping(TuningReport report) {
        boolean http2 = connector.getProtocols().stream().anyMatch(name -> name.startsWith("h2"));
        if (!http2) return; // its classes may be absent
        if (config.ping().interval().isZero()) {
            report.leftOut("HTTP/2 PING", "http2-ping-interval is 0s");
            return;
        }
        if (connector.getBean(Http2Pings.class) == null) // it may have been started before
        connector.addBean(new Http2Pings(connector.getScheduler(), config.ping()));
        report.applied(
                "HTTP/2 PING after %d ms with a timeout of %d ms"
                        .formatted(
                                config.ping().interval().toMillis(),
                                config.ping().timeout().toMillis()));
    }

    private void userTimeout(ServerSocketChannel listening, TuningReport report) {
        Kernel kernel = access.kernel();
        if (config.userTimeout().isZero())
            report.leftOut("TCP_USER_TIMEOUT", "tcp-user-timeout is 0s");
        else if (kernel == null) report.leftOut("TCP_USER_TIMEOUT", access.reason());
        else {
            int millis = (int) config.userTimeout().toMillis();
            inherited("TCP_USER_TIMEOUT", Kernel.TCP_USER_TIMEOUT, millis, listening, report);
        }
    }

    /** The kernel doubles the time between probes of a peer that does not read, to two minutes. */
    private void probes(ServerSocketChannel listening, TuningReport report) {
        if (config.userTimeout().isZero()) return;
        long fifth = config.userTimeout().toMillis() / 5; // two that follow must fit in it
        int millis = (int) Math.min(Math.max(fifth, LEAST_RTO_MAX), MOST_RTO_MAX);
        inherited("TCP_RTO_MAX_MS", Kernel.TCP_RTO_MAX_MS, millis, listening, report);
    }

    private void inherited(
            String name,
            int option,
            int millis,
            ServerSocketChannel listening,
            TuningReport report) {
        Kernel kernel = access.kernel();
        if (kernel == null) return;
        try {
            int sockets =
                    listening.getLocalAddress() instanceof InetSocketAddress address
                            ? kernel.setOnListening(address, option, millis)
                            : 0;
            if (sockets > 0) report.applied(name + " " + millis + " ms");
            else report.leftOut(name, "the listening socket was not found");
        } catch (IOException refused) { // or this kernel does not know it
            report.leftOut(name, String.valueOf(refused.getMessage()));
        }
    }

    @Override
    protected void doStop() {
        Scheduler running = view;
        view = null;
        if (running != null) LifeCycle.stop(running);
    }

    @Override
    public void onOpened(Connection connection) {
        if (connection.getEndPoint() instanceof GuardedEndPoint socket // not what stands on TLS
                && socket.getTransport() instanceof SocketChannel channel)
            for (SocketSetting<?> setting : perSocket) setting.applyTo(channel);
    }

    @Override
    public void onClosed(Connection connection) {}
}
