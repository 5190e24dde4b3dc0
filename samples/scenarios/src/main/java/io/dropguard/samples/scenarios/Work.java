package io.dropguard.samples.scenarios;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.PrintStream;
import java.util.concurrent.TimeUnit;

/** What a scenario's servlet does, and how long it did it: printed at its end, whatever that is. */
final class Work extends HttpServlet {
    private static final long serialVersionUID = 1;

    interface Task {
        void run(HttpServletRequest request, HttpServletResponse response)
                throws ServletException, IOException, InterruptedException;
    }

    private final transient Task task;
    private final transient PrintStream console;

    Work(PrintStream console, Task task) {
        this.task = task;
        this.console = console;
    }

    /** Answers after a minute: longer than any scenario's client waits. */
    static Work slow(PrintStream console) {
        return new Work(
                console,
                (request, response) -> {
                    response.setContentType("application/json");
                    TimeUnit.MINUTES.sleep(1);
                    response.getOutputStream().print("{\"i\":1}\n");
                });
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        long begin = System.nanoTime();
        try {
            task.run(request, response);
        } catch (InterruptedException nobodyWaits) {
            throw new ServletException(nobodyWaits);
        } finally {
            console.printf("finished in %d ms%n", (System.nanoTime() - begin) / 1_000_000);
        }
    }
}
