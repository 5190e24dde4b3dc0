package io.dropguard.monitor;

import io.dropguard.cancel.StuckConnection;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What the guard notes of one connection while it serves it. Thread-safe. */
public final class TrackedConnection {
    private final ConnectionRegistry registry;
    private final MonitoredSocket socket;
    private final long id;
    private final long createdNanos;
    private final PhaseState state;
    private final Traffic traffic = new Traffic();

    private final CurrentRequests current = new CurrentRequests();
    private volatile @Nullable String protocol; // once a request has told
    private volatile boolean unguarded; // its last request was not for the guard
    private volatile boolean writing; // the socket has not taken all bytes
    private volatile boolean closed;
    private boolean bytesCame; // while it was idle; confined to its connection
    private volatile PeerCondition peer = PeerCondition.RESPONSIVE; // as the kernel told last
    private volatile @Nullable StuckRecord stuck; // as the monitor has found it last
    private @Nullable RateBucket bucket; // confined to the monitor

    TrackedConnection(ConnectionRegistry registry, MonitoredSocket socket, long id) {
        this.registry = registry;
        this.socket = socket;
        this.id = id;
        this.state = new PhaseState(registry.ticker(), socket, ConnectionPhase.IDLE);
        this.createdNanos = registry.ticker().nanoTime();
    }

    // ---- what its socket tells

    /** The handshake is over: its connection may speak HTTP now. */
    public void handshaken() {
        if (state.phase() == ConnectionPhase.HANDSHAKING) state.enter(ConnectionPhase.IDLE);
    }

    /** It speaks TLS, and has to shake hands first. */
    public void handshaking() {
        state.enter(ConnectionPhase.HANDSHAKING);
    }

    /** It speaks another protocol from now on: what came was no request of HTTP/1. */
    public void speaks() {
        bytesCame = false;
        if (state.phase() == ConnectionPhase.READING_HEADERS) state.enter(ConnectionPhase.IDLE);
    }

    /** Whether it was decided that it is shut down: nothing more is to be sent. */
    public boolean isEnded() {
        return state.isEnded();
    }

    /** So many bytes came. */
    public void filled(int bytes) {
        traffic.addRead(bytes);
        // Most heads are whole at once; what others amount to is seen when the connection waits.
        if (!bytesCame && state.phase() == ConnectionPhase.IDLE) bytesCame = true;
    }

    /**
     * It waits for bytes, so what came was no whole head. Those that came with the end of the
     * handshake may have begun one too.
     */
    public void awaitsBytes() {
        ConnectionPhase is = state.phase();
        boolean begun = is == ConnectionPhase.READING_HEADERS;
        boolean idle = is == ConnectionPhase.IDLE;
        boolean came = bytesCame;
        if (came) bytesCame = false;
        if (!begun && !(idle && (came || traffic.requests() == 0))) return; // as most do
        if (!socket.speaksHttp1()) {
            if (came && isUpgraded()) state.enter(ConnectionPhase.IDLE); // idle since now
        } else if (socket.heads() > traffic.requests()) {
            traffic.addRequest(); // Jetty has refused it before it came to the guard
            state.enter(ConnectionPhase.IDLE);
        } else if (!begun && (came || socket.hasReceived()))
            state.enter(ConnectionPhase.READING_HEADERS);
    }

    /** So many bytes went. */
    public void flushed(long bytes) {
        traffic.addWritten(bytes);
        if (isUpgraded() && state.phase() == ConnectionPhase.IDLE)
            state.enter(ConnectionPhase.IDLE);
    }

    /** The socket takes no more bytes for now. */
    public void writing() {
        writing = true;
        settle();
    }

    /** The socket has taken all bytes, or failed to. */
    public void written() {
        if (!writing) return;
        writing = false;
        settle();
    }

    /** Whether the socket has not taken all bytes. */
    public boolean isWriting() {
        return writing;
    }

    /** The kernel has told how its other end fares; whether that is news. */
    public boolean setPeer(PeerCondition told) {
        boolean news = peer != told;
        peer = told;
        return news;
    }

    /** How its other end fares; known while the kernel is asked. */
    public PeerCondition peer() {
        return peer;
    }

    /** The connection is closed for its users, and drained. */
    public void lingering() {
        state.enter(ConnectionPhase.LINGERING);
    }

    /** The socket is closed. Idempotent. */
    public void closed() {
        closed = true;
        registry.forget(this);
    }

    /**
     * Somebody else than the guard answers the request whose head was read: until the next one that
     * is guarded, nothing of it is the monitor's business.
     */
    public void unguarded(String version) {
        unguarded = true;
        bytesCame = false;
        count(version);
        if (fact() == ConnectionPhase.IDLE) state.enter(ConnectionPhase.IDLE);
    }

    // ---- what its exchanges tell

    /**
     * A request of HTTP/1 has come.
     *
     * @return false if the connection is being shut down, so that nobody is to answer it
     */
    public boolean begin(MonitoredExchange begun, String version) {
        if (unguarded) unguarded = false;
        if (bytesCame) bytesCame = false;
        current.begin(begun);
        count(version);
        return state.enter(ConnectionPhase.COMPUTING);
    }

    /** A request of HTTP/2 has come; as {@link #begin}. */
    public boolean join(MonitoredExchange begun, String version) {
        current.join(begun);
        count(version);
        return move();
    }

    private void count(String version) {
        if (!version.equals(protocol)) protocol = version;
        traffic.addRequest();
    }

    /** A request is answered, or given up. */
    public void end(MonitoredExchange ended) {
        if (!current.end(ended)) return;
        // T1, we, end it, then look whether bytes wait; T2 has them written, then looks for it. A
        // phase that changes is a fence; while bytes wait, none need change.
        if (writing) VarHandle.fullFence();
        move();
    }

    /** Whether an exchange is not over yet. */
    public boolean isAnswering() {
        return current.count() > 0;
    }

    /** The application waits for more of the request's body. */
    public void awaitsBody(MonitoredExchange waiting) {
        if (current.waits(waiting, ConnectionPhase.READING_BODY, true)) move();
    }

    /** It has come, or will not. */
    public void hasBody(MonitoredExchange waiting) {
        if (current.waits(waiting, ConnectionPhase.READING_BODY, false)) move();
    }

    /** A request of HTTP/2 writes, and its stream may take no more for now. */
    public void streamWrites(MonitoredExchange writing) {
        if (current.waits(writing, ConnectionPhase.WRITING, true)) move();
    }

    /** The stream has taken all of it, or failed to. */
    public void streamWritten(MonitoredExchange writing) {
        if (current.waits(writing, ConnectionPhase.WRITING, false)) move();
    }

    // ---- its phase

    /** Enters the phase that the facts say, unless it is in it. */
    private boolean settle() {
        while (true) {
            ConnectionPhase is = fact();
            boolean open = state.phase() == is || state.enter(is);
            // T1 ends the exchange and sees that bytes wait; T2 has them written and sees the
            // exchange: whoever is last sees both.
            if (!open || fact() == is) return open;
        }
    }

    /** A request has moved; if there are others too, their connection has all the same. */
    private boolean move() {
        return (!current.areShared() || state.enter(fact())) && settle();
    }

    private ConnectionPhase fact() {
        ConnectionPhase is = state.phase();
        if (is == ConnectionPhase.LINGERING || is == ConnectionPhase.HANDSHAKING) return is;
        return writing ? ConnectionPhase.WRITING : current.phase();
    }

    /** Whether it speaks neither HTTP/1 nor HTTP/2 any more. */
    private boolean isUpgraded() {
        return traffic.requests() > 0
                && !current.areShared()
                && current.count() == 0
                && !socket.speaksHttp1();
    }

    // ---- for the registry

    boolean isUnguarded() {
        return unguarded;
    }

    long id() {
        return id;
    }

    MonitoredSocket socket() {
        return socket;
    }

    long createdNanos() {
        return createdNanos;
    }

    PhaseState state() {
        return state;
    }

    Traffic traffic() {
        return traffic;
    }

    /** Why it is being shut down, or would be: what it does. */
    public StuckConnection reason() {
        long epoch = state.epoch();
        return new StuckConnection(
                PhaseState.phase(epoch).name(), since(PhaseState.sinceNanos(epoch)));
    }

    /** The monitor has found that it is stuck; null if it is no more. */
    void stuck(@Nullable StuckRecord found) {
        stuck = found;
    }

    boolean isStuck(long epoch) {
        StuckRecord found = stuck;
        return found != null && found.isFor(epoch);
    }

    boolean isClosed() {
        return closed;
    }

    @Nullable RateBucket bucket() {
        return bucket;
    }

    void setBucket(RateBucket begun) {
        bucket = begun;
    }

    Duration since(long nanos) {
        return Duration.ofNanos(Math.max(0, registry.ticker().nanoTime() - nanos));
    }

    CurrentRequests current() {
        return current;
    }

    /** With what the socket has taken of a write that is under way. */
    long bytesWritten() {
        return traffic.written() + socket.beingWritten();
    }

    String protocol() {
        if (state.phase() == ConnectionPhase.HANDSHAKING) return "TLS";
        String told = protocol;
        return told == null ? socket.protocol() : told;
    }
}
