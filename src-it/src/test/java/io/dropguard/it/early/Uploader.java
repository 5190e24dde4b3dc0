package io.dropguard.it.early;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A client that people have, and what starts it. */
enum Uploader {
    URLLIB("python3", "uploads.py"),
    FETCH("node", "fetch.mjs"),
    CURL("bash", "curl.sh"),
    JDK_HTTP_CLIENT("java", "HttpClient"),
    HTTP_URL_CONNECTION("java", "HttpURLConnection");

    private final String program;
    private final String script;

    Uploader(String program, String script) {
        this.program = program;
        this.script = script;
    }

    /** The command that uploads {@code times} times to each URL, one upload after the other. */
    List<String> command(Path directory, int size, int times, List<String> urls) {
        List<String> command = new ArrayList<>();
        if (program.equals("java")) {
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-cp", classes()));
            command.add(JavaUploads.class.getName());
            command.add(script);
        } else {
            command.addAll(List.of(program, copy(directory).toString()));
        }
        command.add(Integer.toString(size));
        command.add(Integer.toString(times));
        command.addAll(urls);
        return command;
    }

    private Path copy(Path directory) {
        Path copy = directory.resolve(script);
        try (InputStream in = Uploader.class.getResourceAsStream("/early/" + script)) {
            if (in == null) throw new IllegalStateException("no /early/" + script);
            if (!Files.exists(copy)) Files.copy(in, copy);
            return copy;
        } catch (IOException unwritable) {
            throw new UncheckedIOException(unwritable);
        }
    }

    private static String classes() {
        return new File(
                        JavaUploads.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .getPath())
                .getPath();
    }
}
