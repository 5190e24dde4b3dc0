package io.dropguard.it;

import java.net.URI;
import java.util.List;

/** What clients speak to the server. */
enum Protocol {
    HTTP_1,
    TLS_HTTP_1,
    H2C,
    H2;

    List<String> curlOptions() {
        return switch (this) {
            case HTTP_1 -> List.of("--http1.1");
            case TLS_HTTP_1 -> List.of("--insecure", "--tlsv1.3", "--http1.1");
            case H2C -> List.of("--http2-prior-knowledge");
            case H2 -> List.of("--insecure", "--tlsv1.3", "--http2");
        };
    }

    boolean isTls() {
        return this == TLS_HTTP_1 || this == H2;
    }

    boolean isHttp2() {
        return this == H2C || this == H2;
    }

    URI base(QuickstartProcess server) {
        return isTls() ? server.tls() : server.clearText();
    }
}
