package io.dropguard.it.early;

import io.dropguard.it.early.EarlyServers.Kind;

/**
 * What was tried. Immutable.
 *
 * @param line between client and server
 */
record Cell(String line, Uploader client, boolean secure, Kind kind) {

    /** The same, for any server. */
    String row() {
        return "%-10s %-19s %-10s".formatted(line, client, secure ? "TLS" : "clear text");
    }

    /** As the file of results has it. */
    String key() {
        return String.join("\t", line, client.name(), secure ? "tls" : "clear", kind.name());
    }
}
