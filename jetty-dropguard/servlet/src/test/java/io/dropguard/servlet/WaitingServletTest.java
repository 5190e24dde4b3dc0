package io.dropguard.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dropguard.DropGuard;
import io.dropguard.PolicyBuilder;
import io.dropguard.exchange.DeadlineExpiredException;
import io.dropguard.exchange.GuardedExchange;
import io.dropguard.heartbeat.HeartbeatMode;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.client.transport.HttpClientTransportOverHTTP2;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WaitingServletTest {
    interface Service {
        void serve(HttpServletRequest request, HttpServletResponse response) throws IOException;
    }

    private final Server server = new Server();
    private HttpClient client;
    private DropGuard guard;

    private ContentResponse get(boolean http2, Consumer<PolicyBuilder> policy, Service service)
            throws Exception {
        start(http2, policy, service);
        return send();
    }

    private ContentResponse send() throws Exception {
        int port = ((ServerConnector) server.getConnectors()[0]).getLocalPort();
        return client.newRequest("http://127.0.0.1:" + port + "/")
                .headers(headers -> headers.put("TE", "trailers"))
                .timeout(20, TimeUnit.SECONDS)
                .send();
    }

    private void start(boolean http2, Consumer<PolicyBuilder> policy, Service service)
            throws Exception {
        HttpConfiguration config = new HttpConfiguration();
        server.addConnector(
                new ServerConnector(
                        server,
                        new HttpConnectionFactory(config),
                        new HTTP2CServerConnectionFactory(config)));
        ServletContextHandler context = new ServletContextHandler("/");
        ServletHolder holder =
                new ServletHolder(
                        new HttpServlet() {
                            @Override
                            protected void doGet(
                                    HttpServletRequest request, HttpServletResponse response)
                                    throws IOException {
                                service.serve(request, response);
                            }
                        });
        holder.setAsyncSupported(true);
        context.addServlet(holder, "/");
        server.setHandler(context);
        guard = DropGuard.builder().everywhere(policy).build();
        guard.installOn(server);
        server.start();
        client =
                http2
                        ? new HttpClient(new HttpClientTransportOverHTTP2(new HTTP2Client()))
                        : new HttpClient();
        client.start();
    }

    @AfterEach
    void stop() throws Exception {
        client.stop();
        Awaitility.await().until(() -> guard.statistics().active() == 0);
        server.stop();
    }

    private static void beats(PolicyBuilder policy) {
        policy.heartbeat(HeartbeatMode.AUTO).heartbeatInterval(Duration.ofMillis(10));
    }

    private static void awaitBeats(HttpServletRequest request, int count) {
        GuardedExchange exchange =
                (GuardedExchange) request.getAttribute(GuardedExchange.ATTRIBUTE);
        Awaitility.await().until(() -> exchange.heartbeats() >= count);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aBlockingServletsDocumentFollowsTheSpaces(boolean http2) throws Exception {
        ContentResponse answer =
                get(
                        http2,
                        WaitingServletTest::beats,
                        (request, response) -> {
                            response.setContentType("application/json");
                            awaitBeats(request, 2);
                            assertThat(response.isCommitted()).isTrue();
                            response.setContentLength(3);
                            response.getWriter().write("{\"caf\u00e9\":1}");
                        });
        assertThat(new String(answer.getContent(), StandardCharsets.UTF_8))
                .matches(" {2,}\\{\"caf\u00e9\":1}");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void errorsRedirectsAndResetsAfterTheFirstAreRefused(boolean http2) throws Exception {
        ContentResponse answer =
                get(
                        http2,
                        WaitingServletTest::beats,
                        (request, response) -> {
                            response.setContentType("application/json");
                            awaitBeats(request, 1);
                            assertThatIllegalStateException().isThrownBy(response::reset);
                            assertThatIllegalStateException().isThrownBy(response::resetBuffer);
                            assertThatIllegalStateException()
                                    .isThrownBy(() -> response.sendRedirect("/x"));
                            response.sendError(404);
                        });
        assertThat(answer.getStatus()).isEqualTo(200);
        assertThat(answer.getContentAsString()).matches(" +\\{.*\"status\":500.*}");
        assertThat(answer.getTrailers().get("DropGuard-Status")).isEqualTo("500");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anAsyncServletHearsOfItsDeadlineOnce(boolean http2) throws Exception {
        List<Throwable> heard = new CopyOnWriteArrayList<>();
        ContentResponse answer =
                get(
                        http2,
                        policy -> policy.responseDeadline(Duration.ofMillis(100)),
                        (request, response) -> {
                            AsyncContext async = request.startAsync();
                            async.setTimeout(0);
                            async.addListener(new Hearing(heard));
                        });
        assertThat(answer.getStatus()).isEqualTo(503);
        assertThat(answer.getContentAsString()).contains("deadline of 100 ms expired");
        Awaitility.await().until(() -> guard.statistics().active() == 0);
        assertThat(heard).hasSize(1).allMatch(DeadlineExpiredException.class::isInstance);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anAsyncServletThatHasBegunIsCutOffOnce(boolean http2) throws Exception {
        List<Throwable> heard = new CopyOnWriteArrayList<>();
        start(
                http2,
                policy -> policy.responseDeadline(Duration.ofMillis(100)),
                (request, response) -> {
                    AsyncContext async = request.startAsync();
                    async.setTimeout(0);
                    async.addListener(new Hearing(heard));
                    response.getOutputStream().print("half");
                    response.flushBuffer();
                });
        assertThatThrownBy(this::send).isInstanceOf(ExecutionException.class);
        Awaitility.await().until(() -> guard.statistics().active() == 0);
        assertThat(heard).hasSize(1).allMatch(DeadlineExpiredException.class::isInstance);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aBlockingServletsLateWriteFails(boolean http2) throws Exception {
        List<Throwable> thrown = new CopyOnWriteArrayList<>();
        ContentResponse answer =
                get(
                        http2,
                        policy -> policy.responseDeadline(Duration.ofMillis(100)),
                        (request, response) -> {
                            CountDownLatch expired = new CountDownLatch(1);
                            ServletGuard.token(request).onCancelled(why -> expired.countDown());
                            try {
                                expired.await(20, TimeUnit.SECONDS);
                            } catch (InterruptedException interrupted) {
                                thrown.add(interrupted);
                            }
                            try {
                                response.getOutputStream().print("late");
                                response.flushBuffer();
                            } catch (IOException refused) {
                                thrown.add(refused);
                                throw refused;
                            }
                        });
        assertThat(answer.getStatus()).isEqualTo(503);
        Awaitility.await().until(() -> guard.statistics().active() == 0);
        assertThat(thrown).hasAtLeastOneElementOfType(DeadlineExpiredException.class);
    }

    /** Jetty calls no onComplete here: it aborts an async cycle that failed once committed. */
    private record Hearing(List<Throwable> heard) implements AsyncListener {
        @Override
        public void onComplete(AsyncEvent event) {
            assertThat(heard).isNotEmpty();
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            heard.add(new AssertionError("timeout"));
        }

        @Override
        public void onError(AsyncEvent event) {
            heard.add(event.getThrowable());
            event.getAsyncContext().complete();
        }

        @Override
        public void onStartAsync(AsyncEvent event) {
            heard.add(new AssertionError("started"));
        }
    }
}
