package io.dropguard.samples.scenarios;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** Runs a scenario's command as its documentation has it, on the port that the test has. */
record Shell(int status, String output) {
    static Shell run(String command, int port) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder("sh", "-c", command.replace(":8080/", ":" + port + "/"))
                        .redirectErrorStream(true)
                        .start();
        try {
            String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(30, TimeUnit.SECONDS))
                throw new AssertionError("still running: " + command);
            return new Shell(process.exitValue(), output);
        } finally {
            process.destroyForcibly();
        }
    }
}
