package io.dropguard.it;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How a client leaves. */
enum Departure {
    FIN,
    RST,
    KILLED_CURL;

    /** A client that has sent its request. */
    interface Client {
        void leave() throws Exception;
    }

    Client get(Protocol protocol, URI uri, Path directory) throws IOException {
        if (this == KILLED_CURL) {
            List<String> command =
                    new ArrayList<>(List.of("curl", "--silent", "--no-progress-meter"));
            command.addAll(protocol.curlOptions());
            command.addAll(List.of("--output", "/dev/null", uri.toString()));
            return RunningProcess.start(directory, command.toArray(String[]::new))::kill;
        }
        RawClient client = RawClient.get(protocol, uri);
        return this == FIN ? client::closeWithFin : client::closeWithRst;
    }
}
