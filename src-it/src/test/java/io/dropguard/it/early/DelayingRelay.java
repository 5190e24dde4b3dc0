package io.dropguard.it.early;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Hands bytes, FINs and RSTs on, each after the same time, as a long line does. Thread-safe.
 *
 * <p>A reset overtakes nothing: what came before it is handed on first.
 */
final class DelayingRelay implements AutoCloseable {
    private static final int CHUNK = 64 * 1024;

    /** 2 MiB under way in each direction: in 50 ms, a third of a gigabit per second. */
    private static final int UNDER_WAY = 32;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final ServerSocket listening;
    private final int target;
    private final long delayNanos;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    /** Relays to {@code target} on the loopback interface. */
    DelayingRelay(int target, Duration delay) throws IOException {
        this.target = target;
        this.delayNanos = delay.toNanos();
        this.listening = new ServerSocket();
        listening.setReceiveBufferSize(CHUNK); // what waits here is not under way
        listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_000);
        threads.execute(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        listening.close();
        threads.shutdownNow();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                AtomicInteger directions = new AtomicInteger(2);
                relay(client, server, directions);
                relay(server, client, directions);
            } catch (IOException closed) {
                if (!listening.isClosed()) throw new IllegalStateException(closed);
            }
        }
    }

    /** Closes both when it is the last direction that ends. */
    private void relay(Socket from, Socket to, AtomicInteger directions) {
        DelayQueue<Parcel> line = new DelayQueue<>();
        Semaphore room = new Semaphore(UNDER_WAY);
        threads.execute(() -> take(from, line, room));
        threads.execute(
                () -> {
                    give(from, to, line, room);
                    if (directions.decrementAndGet() == 0) close(from, to);
                });
    }

    private static void close(Socket from, Socket to) {
        try {
            from.close();
            to.close();
        } catch (IOException unclosed) {
            throw new UncheckedIOException(unclosed);
        }
    }

    private void take(Socket from, DelayQueue<Parcel> line, Semaphore room) {
        try {
            InputStream in = from.getInputStream();
            while (true) {
                byte[] bytes = new byte[CHUNK];
                int length = in.read(bytes);
                room.acquire();
                if (length < 0) {
                    line.add(parcel(Kind.FIN, NOTHING));
                    return;
                }
                line.add(parcel(Kind.BYTES, ByteBuffer.wrap(bytes, 0, length)));
            }
        } catch (IOException reset) {
            line.add(parcel(Kind.RST, NOTHING));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private Parcel parcel(Kind kind, ByteBuffer bytes) {
        return new Parcel(kind, bytes, System.nanoTime() + delayNanos);
    }

    private void give(Socket from, Socket to, DelayQueue<Parcel> line, Semaphore room) {
        try {
            WritableByteChannel out = Channels.newChannel(to.getOutputStream());
            while (true) {
                Parcel parcel = line.take();
                room.release();
                switch (parcel.kind) {
                    case BYTES -> out.write(parcel.bytes);
                    case FIN -> {
                        to.shutdownOutput();
                        return;
                    }
                    case RST -> {
                        reset(to);
                        return;
                    }
                }
            }
        } catch (IOException gone) {
            line.add(parcel(Kind.RST, NOTHING));
            drain(from, line, room);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** What was under way to somebody who has reset; the news takes its time back. */
    private static void drain(Socket from, DelayQueue<Parcel> line, Semaphore room) {
        try {
            while (line.take().kind != Kind.RST) room.release();
            reset(from);
            room.release(UNDER_WAY); // whoever reads it may wait for room, and now finds its end
        } catch (IOException closed) {
            throw new IllegalStateException(closed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private static void reset(Socket socket) throws IOException {
        try {
            socket.setSoLinger(true, 0);
        } catch (SocketException closed) {
            return;
        }
        socket.close();
    }

    private enum Kind {
        BYTES,
        FIN,
        RST
    }

    private record Parcel(Kind kind, ByteBuffer bytes, long dueNanos) implements Delayed {
        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(dueNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(dueNanos, ((Parcel) other).dueNanos);
        }
    }
}
