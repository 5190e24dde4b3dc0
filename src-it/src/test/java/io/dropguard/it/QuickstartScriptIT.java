package io.dropguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's main job. */
class QuickstartScriptIT {
    private static final Path SCRIPT =
            Path.of(System.getProperty("quickstart.jar"))
                    .toAbsolutePath()
                    .getParent()
                    .resolveSibling("run.sh");

    @TempDir Path directory;

    @Test
    void itShowsHowLongEachServerComputedOnAndLeavesNothingBehind() throws Exception {
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        Path temporary = Files.createDirectory(directory.resolve("temporary"));
        File output = directory.resolve("output").toFile();
        ProcessBuilder builder =
                new ProcessBuilder("bash", SCRIPT.toString(), "--once")
                        .directory(elsewhere.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output);
        builder.environment().put("TMPDIR", temporary.toString());
        Process script = builder.start();
        Set<ProcessHandle> children = ConcurrentHashMap.newKeySet();
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        while (!script.waitFor(50, TimeUnit.MILLISECONDS) && System.nanoTime() - end < 0)
            script.descendants().forEach(children::add);

        String printed = Files.readString(output.toPath());
        assertThat(script.isAlive()).as(printed).isFalse();
        assertThat(script.exitValue()).as(printed).isZero();
        for (String mode : new String[] {"block", "cpu", "async", "pool"})
            assertThat(printed)
                    .containsPattern("(?m)^  " + mode + " +[34]\\.\\d s +(under 1|\\d{1,3}) ms$");
        assertThat(children).isNotEmpty().noneMatch(ProcessHandle::isAlive);
        try (Stream<Path> left = Files.list(temporary)) {
            // the JVM's own directory of performance data is no business of ours
            assertThat(left.filter(each -> !each.getFileName().toString().startsWith("hsperf")))
                    .isEmpty();
        }
    }
}
