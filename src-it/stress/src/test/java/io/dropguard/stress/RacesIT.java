package io.dropguard.stress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Has jcstress run the races of this module, in processes of its own. */
class RacesIT {
    /** 20 min: it took eight on two processors that had much else to do. */
    private static final long LONGEST_MINUTES = 20;

    private static final Pattern RESULTS =
            Pattern.compile("Results: (\\d+) planned; (\\d+) passed");

    @Test
    void noRaceEndsAsItMustNot() throws Exception {
        Path directory = Files.createDirectories(Path.of(System.getProperty("stress.directory")));
        Path output = directory.resolve("output.txt");
        Process jcstress = start(directory, output);
        boolean ended = jcstress.waitFor(LONGEST_MINUTES, TimeUnit.MINUTES);
        jcstress.destroyForcibly();

        String said = Files.readString(output);
        assertThat(ended).as(said).isTrue();
        assertThat(jcstress.exitValue()).as(said).isZero();
        // jcstress is content with no test, and with one that it could not run
        MatchResult last =
                RESULTS.matcher(said)
                        .results()
                        .reduce((earlier, later) -> later)
                        .orElseThrow(() -> new AssertionError(said));
        assertThat(last.group(1)).as(said).isNotEqualTo("0").isEqualTo(last.group(2));
    }

    private static Process start(Path directory, Path output) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "org.openjdk.jcstress.Main",
                        "-m",
                        "quick",
                        "-f",
                        "1",
                        "-sc", // each way to compile for both threads at once: 8 runs, and not 28
                        "false",
                        "-pth", // touching the heap first takes longer than it steadies anything
                        "false",
                        "-t",
                        System.getProperty("stress.tests"),
                        "-iters",
                        "1",
                        "-time",
                        System.getProperty("stress.millis"),
                        "-r",
                        directory.resolve("report").toString())
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }
}
