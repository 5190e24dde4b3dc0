package io.dropguard.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What Linux knows of the connections of a local port. Immutable. */
record ServerSockets(int port) {
    private static final List<Path> TABLES =
            List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));

    /** TIME_WAIT, of which only the kernel still knows, and LISTEN. */
    private static final Set<String> NOT_CONNECTED = Set.of("06", "0A");

    /** Connections to it that take something of the server or of the kernel. */
    long count() {
        String local = String.format(Locale.ROOT, ":%04X", port);
        long count = 0;
        for (Path table : TABLES)
            try {
                // "sl local_address rem_address st ..."
                count +=
                        Files.readAllLines(table).stream()
                                .map(line -> line.strip().split("\\s+", -1))
                                .filter(fields -> fields[1].endsWith(local))
                                .filter(fields -> !NOT_CONNECTED.contains(fields[3]))
                                .count();
            } catch (IOException unreadable) {
                throw new IllegalStateException(table + " (expected: a Linux)", unreadable);
            }
        return count;
    }
}
