package io.dropguard.spring.autoconfigure;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.dropguard.cancel.CancellationReason;
import io.dropguard.servlet.ServletGuard;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

/** {@code /wait} is work, {@code /refuse} does not read, all else is answered at once. */
final class Work extends HttpServlet {
    private static final long serialVersionUID = 1;

    private final transient CountDownLatch entered = new CountDownLatch(1);
    private final transient CountDownLatch finish = new CountDownLatch(1);
    private final transient BlockingQueue<CancellationReason> reasons = new LinkedBlockingQueue<>();
    private final transient BlockingQueue<String> ends = new LinkedBlockingQueue<>();

    /** Counted down once there is work. */
    CountDownLatch entered() {
        return entered;
    }

    /** Ends the work, for whoever counts it down. */
    CountDownLatch finish() {
        return finish;
    }

    /** Why the work was to stop. */
    BlockingQueue<CancellationReason> reasons() {
        return reasons;
    }

    /** {@code finished}, or {@code interrupted}. */
    BlockingQueue<String> ends() {
        return ends;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        switch (request.getRequestURI()) {
            case "/wait" -> work(request, response);
            case "/refuse" -> response.setStatus(413);
            default -> {
                request.getInputStream().readAllBytes();
                answer(response);
            }
        }
    }

    private void work(HttpServletRequest request, HttpServletResponse response) throws IOException {
        ServletGuard.token(request).onCancelled(reasons::add);
        entered.countDown();
        try {
            ends.add(finish.await(60, SECONDS) ? "finished" : "forgotten");
            answer(response);
        } catch (InterruptedException stopped) {
            ends.add("interrupted");
        }
    }

    private static void answer(HttpServletResponse response) throws IOException {
        response.getOutputStream().write("<done/>".getBytes(StandardCharsets.US_ASCII));
    }
}
