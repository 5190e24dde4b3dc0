package io.dropguard.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeerTextTest {

    @ParameterizedTest
    @CsvSource({
        "/plain?a=1&b=<c>, /plain?a=1&b=<c>",
        "'/a\r\nb', /a\\u000d\\u000ab",
        "'/a b', /a\\u0020b",
        "/\\u000a, /\\u005cu000a",
        "/\u00e9\u202e, /\\u00e9\\u202e",
        "/\u001b[31m, /\\u001b[31m",
    })
    void whatMightBreakALineIsEscaped(String sent, String shown) {
        assertThat(PeerText.escape(sent)).isEqualTo(shown);
    }

    @Test
    void whatIsLongIsCut() {
        assertThat(PeerText.escape("a".repeat(256))).hasSize(256);
        assertThat(PeerText.escape("a".repeat(100_000))).isEqualTo("a".repeat(256) + "...");
    }

    @Test
    void anAddressHasItsPortAndIPv6ItsBrackets() throws Exception {
        InetAddress six =
                InetAddress.getByAddress(
                        new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
        assertThat(PeerText.address(new InetSocketAddress(six, 80)))
                .isEqualTo("[0:0:0:0:0:0:0:1]:80");
        InetAddress four = InetAddress.getByAddress(new byte[] {10, 1, 2, 3});
        assertThat(PeerText.address(new InetSocketAddress(four, 80))).isEqualTo("10.1.2.3:80");
        assertThat(PeerText.address(null)).isNull();
    }
}
