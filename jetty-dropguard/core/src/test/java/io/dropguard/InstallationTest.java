package io.dropguard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.dropguard.connector.GuardConnectionFactory;
import io.dropguard.exchange.GuardHandler;
import io.dropguard.exchange.GuardedExchange;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.LocalConnector;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.component.LifeCycle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Guarding at the wrong time, twice, or what cannot be guarded: told clearly, and harmless. */
class InstallationTest {
    private final Server server = new Server();
    private final ServerConnector connector = new ServerConnector(server);

    InstallationTest() {
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(
                new Handler.Abstract() {
                    @Override
                    public boolean handle(Request request, Response response, Callback callback) {
                        String guarded =
                                GuardedExchange.find(request).isPresent() ? "guarded" : "bare";
                        Content.Sink.write(response, true, guarded, callback);
                        return true;
                    }
                });
    }

    @AfterEach
    void stopServer() throws Exception {
        server.stop();
    }

    @Test
    void aGuardedServerAnswersAlsoAfterItWasStoppedAndStartedAgain() throws Exception {
        DropGuard.create().installOn(server);

        for (int i = 0; i < 3; i++) {
            server.start();
            assertThat(get()).isEqualTo("guarded");
            server.stop();
        }
    }

    @Test
    void aConnectorThatHasStartedIsRefusedAndGoesOn() throws Exception {
        server.start();

        assertThatIllegalStateException()
                .isThrownBy(() -> DropGuard.create().guard(connector))
                .withMessage(
                        "connector: "
                                + connector
                                + " is STARTED (expected: not started; guard it before the server"
                                + " starts)");

        assertThat(GuardConnectionFactory.isGuarded(connector)).isFalse();
        assertThat(get()).isEqualTo("bare");
    }

    @Test
    void aConnectorIsGuardedOnce() throws Exception {
        DropGuard guard = DropGuard.create();
        guard.guard(connector);

        for (DropGuard each : new DropGuard[] {guard, DropGuard.create()})
            assertThatIllegalStateException()
                    .isThrownBy(() -> each.guard(connector))
                    .withMessage(
                            "connector: "
                                    + connector
                                    + " is guarded already (expected: guard it once)");

        assertThat(connector.getConnectionFactories())
                .filteredOn(GuardConnectionFactory.class::isInstance)
                .hasSize(1);
        server.start();
        assertThat(get()).as("the handler was not installed").isEqualTo("bare");
    }

    @Test
    void aConnectorWithoutSocketsIsRefused() throws Exception {
        LocalConnector local = new LocalConnector(server);
        server.addConnector(local);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> DropGuard.create().guard(local))
                .withMessage(
                        "connector: "
                                + local
                                + " (expected: ServerConnector or UnixDomainServerConnector)");

        server.start();
        assertThat(local.getResponse("GET / HTTP/1.0\r\n\r\n")).endsWith("bare");
    }

    @Test
    void aConnectorWithoutAProtocolIsRefused() {
        ServerConnector mute = new ServerConnector(server, new ConnectionFactory[0]);
        mute.clearConnectionFactories();

        assertThatIllegalStateException()
                .isThrownBy(() -> DropGuard.create().guard(mute))
                .withMessage(
                        "connector: "
                                + mute
                                + " has no protocol (expected: at least one ConnectionFactory)");
    }

    @Test
    void aServersConnectorsWithoutSocketsArePassedOver() throws Exception {
        LocalConnector local = new LocalConnector(server);
        server.addConnector(local);

        DropGuard.create().installOn(server);

        server.start();
        assertThat(GuardConnectionFactory.isGuarded(local)).isFalse();
        assertThat(get()).isEqualTo("guarded");
        assertThat(local.getResponse("GET / HTTP/1.0\r\n\r\n")).endsWith("guarded");
    }

    @Test
    void aConnectorThatWasGuardedAloneIsKept() throws Exception {
        DropGuard guard = DropGuard.create();
        guard.guard(connector);

        guard.installOn(server);

        server.start();
        assertThat(get()).isEqualTo("guarded");
        assertThat(guard.statistics()).isNotNull();
    }

    @Test
    void aServerThatHasStartedIsRefusedAndGoesOn() throws Exception {
        server.start();

        assertThatIllegalStateException()
                .isThrownBy(() -> DropGuard.create().installOn(server))
                .withMessage("server: STARTED (expected: not started; install before it starts)");

        assertThat(server.getDescendant(GuardHandler.class)).isNull();
        assertThat(GuardConnectionFactory.isGuarded(connector)).isFalse();
        assertThat(get()).isEqualTo("bare");
    }

    @Test
    void aServerIsGuardedByAListenerToItsStart() throws Exception {
        server.addEventListener(
                new LifeCycle.Listener() {
                    @Override
                    public void lifeCycleStarting(LifeCycle starting) {
                        DropGuard.create().installOn(server);
                    }
                });

        server.start();

        assertThat(GuardConnectionFactory.isGuarded(connector)).isTrue();
        assertThat(get()).isEqualTo("guarded");
    }

    @Test
    void aServerWhoseHandlersAreStartingIsRefused() {
        server.getHandler()
                .addEventListener(
                        new LifeCycle.Listener() {
                            @Override
                            public void lifeCycleStarting(LifeCycle starting) {
                                DropGuard.create().installOn(server);
                            }
                        });

        assertThatIllegalStateException()
                .isThrownBy(server::start)
                .withMessage("server: STARTING (expected: not started; install before it starts)");
    }

    @Test
    void aServerIsGuardedOnce() throws Exception {
        DropGuard guard = DropGuard.create();
        guard.installOn(server);

        for (DropGuard each : new DropGuard[] {guard, DropGuard.create()})
            assertThatIllegalStateException()
                    .isThrownBy(() -> each.installOn(server))
                    .withMessage(
                            "server: guarded already (expected: one DropGuard for one server)");

        assertThat(server.getDescendants(GuardHandler.class)).hasSize(1);
        server.start();
        assertThat(get()).isEqualTo("guarded");
    }

    @Test
    void aGuardServesOneServer() throws Exception {
        DropGuard guard = DropGuard.create();
        guard.installOn(new Server());

        assertThatIllegalStateException()
                .isThrownBy(() -> guard.installOn(server))
                .withMessage("server: guarded already (expected: one DropGuard for one server)");

        assertThat(GuardConnectionFactory.isGuarded(connector)).isFalse();
        server.start();
        assertThat(get()).isEqualTo("bare");
    }

    @Test
    void aRefusedConnectorLeavesTheWholeServerUnguarded() throws Exception {
        ServerConnector mute = new ServerConnector(server);
        mute.clearConnectionFactories();
        server.addConnector(mute);

        assertThatIllegalStateException()
                .isThrownBy(() -> DropGuard.create().installOn(server))
                .withMessageContaining("has no protocol");

        assertThat(GuardConnectionFactory.isGuarded(connector)).isFalse();
        server.removeConnector(mute);
        DropGuard.create().installOn(server);
        server.start();
        assertThat(get()).isEqualTo("guarded");
    }

    private String get() throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + connector.getLocalPort() + "/");
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
