package io.dropguard.exchange;

import io.dropguard.cancel.ClientLoss;
import io.dropguard.cancel.DeadlineExpired;
import io.dropguard.monitor.PeerText;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import jdk.jfr.FlightRecorder;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.jspecify.annotations.Nullable;

/**
 * What JDK Flight Recorder is told of an exchange. While nothing is recorded that costs a look at a
 * flag. Thread-safe.
 */
final class ExchangeRecording {
    /** Run-time images may be linked without it. */
    private static final boolean PRESENT = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

    private final ExchangeEvent event;

    private ExchangeRecording(ExchangeEvent event) {
        this.event = event;
    }

    /** Whether anything was recorded yet; before that, not even an event need be made. */
    private static boolean isStarted() {
        return PRESENT && FlightRecorder.isInitialized();
    }

    /** Null if exchanges are not recorded. */
    static @Nullable ExchangeRecording begin() {
        if (!isStarted()) return null;
        ExchangeEvent event = new ExchangeEvent();
        if (!event.isEnabled()) return null;
        event.begin();
        return new ExchangeRecording(event);
    }

    /**
     * @param ranOn after its client was lost
     */
    void end(Request request, Response response, @Nullable IOException failure, Duration ranOn) {
        event.end();
        if (!event.shouldCommit()) return;
        event.method = request.getMethod();
        event.path = path(request);
        event.remote = remote(request);
        event.protocol = request.getConnectionMetaData().getHttpVersion().asString();
        event.status = response.getStatus();
        event.bytesWritten = Response.getContentBytesWritten(response);
        event.stoppedFor = stoppedFor(failure);
        event.ranOn = ranOn.toNanos();
        event.commit();
    }

    static void lost(Request request, ClientLoss loss) {
        if (!isStarted()) return;
        ClientLossEvent event = new ClientLossEvent();
        if (!event.shouldCommit()) return;
        event.signal = loss.signal().name();
        event.after = loss.after().toNanos();
        event.method = request.getMethod();
        event.path = path(request);
        event.remote = remote(request);
        event.commit();
    }

    /**
     * @param answered how long after the request's arrival the answer was given, or broken off
     */
    static void expired(Request request, DeadlineExpired reason, Duration answered) {
        if (!isStarted()) return;
        DeadlineExpiredEvent event = new DeadlineExpiredEvent();
        if (!event.shouldCommit()) return;
        event.permitted = reason.timeout().toNanos();
        event.late = Math.max(0, answered.toNanos() - event.permitted);
        event.method = request.getMethod();
        event.path = path(request);
        event.remote = remote(request);
        event.commit();
    }

    private static @Nullable String stoppedFor(@Nullable IOException failure) {
        if (failure instanceof ClientLostException) return "ClientLoss";
        if (failure instanceof DeadlineExpiredException) return "DeadlineExpired";
        return failure == null ? null : failure.getClass().getSimpleName();
    }

    private static @Nullable String remote(Request request) {
        try {
            return Objects.toString(request.getConnectionMetaData().getRemoteSocketAddress());
        } catch (IllegalStateException over) {
            return null; // T1 has ended the exchange while T2, we, were on our way
        }
    }

    /** Without its parameters, which may be secret. */
    private static @Nullable String path(Request request) {
        String path = request.getHttpURI().getCanonicalPath();
        return path == null ? null : PeerText.escape(path);
    }
}
