package io.dropguard.it;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** The modes of slowhttptest that hold connections. */
enum SlowAttack {
    /** Sends a line of the head every second, and never the last. */
    HEADERS("/hello", "-H -x 24"),
    /** Sends a few bytes of the body every second. */
    BODY("/upload", "-B -s 8192 -x 10"),
    /** Asks for a large answer and reads a few bytes of it every second. */
    READ("/download", "-X -w 10 -y 20 -n 1 -z 10");

    private final String path;
    private final String options;

    SlowAttack(String path, String options) {
        this.path = path;
        this.options = options;
    }

    /**
     * Its command line.
     *
     * @param rate connections a second
     * @param seconds after which it gives up if it was not thrown out
     */
    String[] command(URI server, int connections, int rate, int seconds) {
        List<String> command = new ArrayList<>(List.of("slowhttptest"));
        command.addAll(List.of(options.split(" ", -1)));
        command.addAll(List.of("-i", "1", "-c", "" + connections, "-r", "" + rate));
        command.addAll(List.of("-l", "" + seconds, "-p", "3", "-u", "" + server.resolve(path)));
        return command.toArray(String[]::new);
    }
}
