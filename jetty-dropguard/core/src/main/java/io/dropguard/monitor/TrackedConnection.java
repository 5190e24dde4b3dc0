package io.dropguard.monitor;

import io.dropguard.cancel.StuckConnection;
import org.jspecify.annotations.Nullable;

/** What the guard notes of one connection while it serves it. Thread-safe. */
public final class TrackedConnection {
    private final ConnectionRegistry registry;
    private final MonitoredSocket socket;
    private final long id;
    private final long createdNanos;

    private final PhaseState state;
    private final Traffic traffic = new Traffic();

    private volatile @Nullable MonitoredExchange exchange; // of HTTP/1
    private volatile @Nullable SharedStreams streams; // of HTTP/2; written under this
    private volatile @Nullable String protocol; // once a request has told
    private volatile boolean readingBody; // of HTTP/1: the application waits for it
    private volatile boolean unguarded; // its last request was not for the guard
    private volatile boolean writing; // the socket has not taken all bytes
    private volatile long stuck = -1; // the epoch in which it was found over a limit

    TrackedConnection(ConnectionRegistry registry, MonitoredSocket socket, long id) {
        this.registry = registry;
        this.socket = socket;
        this.id = id;
        this.state = new PhaseState(registry.ticker(), ConnectionPhase.IDLE);
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

    /** Whether it was decided that it is shut down: nothing more is to be sent. */
    public boolean isEnded() {
        return state.isEnded();
    }

    /** So many bytes came. */
    public void filled(int bytes) {
        traffic.addRead(bytes);
        if (state.phase() != ConnectionPhase.IDLE) return;
        if (socket.speaksHttp1()) state.enter(ConnectionPhase.READING_HEADERS);
        else if (isUpgraded()) state.enter(ConnectionPhase.IDLE); // idle since now
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

    /** The connection is closed for its users, and drained. */
    public void lingering() {
        state.enter(ConnectionPhase.LINGERING);
    }

    /** The socket is closed. Idempotent. */
    public void closed() {
        registry.forget(this);
    }

    /**
     * Somebody else than the guard answers the request whose head was read: until the next one that
     * is guarded, nothing of it is the monitor's business.
     */
    public void unguarded() {
        unguarded = true;
        if (fact() == ConnectionPhase.IDLE) state.enter(ConnectionPhase.IDLE);
    }

    // ---- what its exchanges tell

    /**
     * A request of HTTP/1 has come.
     *
     * @return false if the connection is being shut down, so that nobody is to answer it
     */
    public boolean begin(MonitoredExchange begun, String version) {
        readingBody = false;
        unguarded = false;
        exchange = begun;
        count(version);
        return state.enter(ConnectionPhase.COMPUTING);
    }

    /** A request of HTTP/2 has come; as {@link #begin}. */
    public boolean join(MonitoredExchange begun, String version) {
        count(version);
        shared().add(begun);
        return move();
    }

    /** A request is answered, or given up. */
    public void end(MonitoredExchange ended) {
        SharedStreams all = streams;
        if (all != null && all.remove(ended)) move();
        else if (exchange == ended) {
            exchange = null;
            settle();
        }
    }

    /** The application waits for more of the request's body. */
    public void awaitsBody(MonitoredExchange waiting) {
        SharedStreams all = streams;
        if (all == null) {
            readingBody = true;
            settle();
        } else if (all.set(waiting, ConnectionPhase.READING_BODY)) move();
    }

    /** It has come, or will not. */
    public void hasBody(MonitoredExchange waiting) {
        SharedStreams all = streams;
        if (all == null) {
            if (!readingBody) return;
            readingBody = false;
            settle();
        } else if (all.unset(waiting, ConnectionPhase.READING_BODY)) move();
    }

    private void count(String version) {
        protocol = version;
        traffic.addRequest();
    }

    private SharedStreams shared() {
        SharedStreams existing = streams;
        if (existing != null) return existing;
        synchronized (this) {
            SharedStreams created = streams;
            if (created == null) streams = created = new SharedStreams();
            return created;
        }
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

    /** Enters the phase that the facts say, anew if it is in it: some stream has moved. */
    private boolean move() {
        return state.enter(fact()) && settle();
    }

    private ConnectionPhase fact() {
        ConnectionPhase is = state.phase();
        if (is == ConnectionPhase.LINGERING || is == ConnectionPhase.HANDSHAKING) return is;
        if (writing) return ConnectionPhase.WRITING;
        SharedStreams all = streams;
        if (all != null) return all.phase();
        if (exchange == null) return ConnectionPhase.IDLE;
        return readingBody ? ConnectionPhase.READING_BODY : ConnectionPhase.COMPUTING;
    }

    /** Whether it speaks neither HTTP/1 nor HTTP/2 any more. */
    private boolean isUpgraded() {
        return traffic.requests() > 0
                && streams == null
                && exchange == null
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
                PhaseState.phase(epoch).name(), registry.since(PhaseState.sinceNanos(epoch)));
    }

    /** The monitor found it over a limit in this epoch. */
    void stuck(long epoch) {
        stuck = epoch;
    }

    boolean isStuck(long epoch) {
        return stuck == epoch;
    }

    void cancel(StuckConnection reason) {
        SharedStreams all = streams;
        MonitoredExchange one = exchange;
        if (all != null) all.all().forEach(each -> each.stuck(reason));
        else if (one != null) one.stuck(reason);
    }

    /** With what the socket has taken of a write that is under way. */
    long bytesWritten() {
        return traffic.written() + socket.beingWritten();
    }

    String protocol() {
        String told = protocol;
        return told == null ? socket.protocol() : told;
    }

    int streams() {
        SharedStreams all = streams;
        return all == null ? (exchange == null ? 0 : 1) : all.count();
    }

    /** The request under way, of several the oldest; null if there is none. */
    @Nullable MonitoredExchange exchange() {
        SharedStreams all = streams;
        return all == null ? exchange : all.oldest();
    }
}
