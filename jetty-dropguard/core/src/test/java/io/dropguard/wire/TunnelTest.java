package io.dropguard.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.DropGuard;
import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.RawClient;
import io.dropguard.testkit.TestServer;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.eclipse.jetty.server.ProxyConnectionFactory;
import org.eclipse.jetty.server.handler.ConnectHandler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections that become something else are not harmed, nor the bytes that were read ahead. */
class TunnelTest {
    private static final String UPGRADE =
            String.join(
                    "\r\n",
                    "GET / HTTP/1.1",
                    "Host: localhost",
                    "Connection: Upgrade, HTTP2-Settings",
                    "Upgrade: h2c",
                    "HTTP2-Settings: ",
                    "\r\n");

    private final DropGuard guard = DropGuard.builder().watchDelay(Duration.ZERO).build();

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aTunnelCarriesTheBytesThatCameBeforeItWasOpen(boolean withTheRequest) throws Exception {
        try (ServerSocket target = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                TestServer server =
                        TestServer.speaking(Protocol.HTTP_1)
                                .handledBy(new ConnectHandler())
                                .guardedBy(guard::installOn)
                                .start();
                RawClient client = RawClient.connect(server.port())) {
            String authority = "127.0.0.1:" + target.getLocalPort();
            String connect =
                    "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n";
            if (withTheRequest) client.send(connect + "too early");
            else client.send(connect).send("too early");
            try (Socket far = target.accept()) {
                assertThat(client.readHead()).startsWith("HTTP/1.1 200");
                client.send(", and in time");
                InputStream in = far.getInputStream();
                assertThat(new String(in.readNBytes(22), StandardCharsets.US_ASCII))
                        .isEqualTo("too early, and in time");
                far.getOutputStream().write("back".getBytes(StandardCharsets.US_ASCII));
                assertThat(new String(client.read(4), StandardCharsets.US_ASCII)).isEqualTo("back");
            }
            assertThat(Losses.of(guard)).isZero();
        }
    }

    @Test
    void anUpgradeToHttp2KeepsThePrefaceThatFollowedTheRequest() throws Exception {
        try (TestServer server =
                        TestServer.speaking(Protocol.HTTP_1)
                                .handledBy(new Work())
                                .guardedBy(guard::installOn)
                                .start();
                RawClient client = RawClient.connect(server.port())) {
            String preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
            String emptySettings = "\0\0\0\4\0\0\0\0\0";
            client.send(UPGRADE + preface + emptySettings);
            assertThat(client.readHead()).startsWith("HTTP/1.1 101");
            StringBuilder frames = new StringBuilder();
            while (frames.indexOf("hello") < 0) frames.append((char) (client.read(1)[0] & 0xff));
            assertThat(Losses.of(guard)).isZero();
        }
    }

    @Test
    void aProxysAddressIsKeptAndItsClientsLossFound() throws Exception {
        Work work = new Work();
        try (TestServer server =
                        TestServer.speaking(Protocol.HTTP_1)
                                .handledBy(work)
                                .connector(
                                        connector ->
                                                connector.addFirstConnectionFactory(
                                                        new ProxyConnectionFactory()))
                                .guardedBy(guard::installOn)
                                .start();
                RawClient client = RawClient.connect(server.port())) {
            client.send("PROXY TCP4 192.0.2.7 192.0.2.8 1234 80\r\n");
            client.get("/job");
            Work.Run run = work.awaitRun();
            assertThat(run.request.getConnectionMetaData().getRemoteSocketAddress().toString())
                    .contains("192.0.2.7");
            client.fin();
            run.awaitLoss();
            assertThat(run.interrupted).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void aSecureConnectorStaysOneForJetty(Protocol protocol) throws Exception {
        try (TestServer server =
                TestServer.speaking(protocol)
                        .handledBy(new Work())
                        .guardedBy(guard::installOn)
                        .start()) {
            assertThat(server.server().getURI().getScheme())
                    .isEqualTo(protocol.isSecure() ? "https" : "http");
        }
    }
}
