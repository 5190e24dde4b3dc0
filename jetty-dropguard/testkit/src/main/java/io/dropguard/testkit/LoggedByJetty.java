package io.dropguard.testkit;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** What is logged while it is open: jetty-slf4j-impl writes to standard error. One at a time. */
public final class LoggedByJetty implements AutoCloseable {
    private final PrintStream before = System.err;
    private final ByteArrayOutputStream logged = new ByteArrayOutputStream();

    public LoggedByJetty() {
        System.setErr(new PrintStream(logged, true, StandardCharsets.UTF_8));
    }

    public String text() {
        return logged.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        System.setErr(before);
        before.print(text());
    }
}
