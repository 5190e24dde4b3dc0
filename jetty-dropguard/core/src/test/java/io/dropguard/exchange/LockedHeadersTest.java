package io.dropguard.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dropguard.DropGuard;
import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.RawClient;
import io.dropguard.testkit.TestServer;
import java.util.ListIterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Test;

/** A list of headers is changed through its iterator as any list is, and as Jetty lets it be. */
class LockedHeadersTest {
    private static final HttpField A = new HttpField("A", "1");
    private static final HttpField B = new HttpField("B", "2");
    private static final HttpField C = new HttpField("C", "3");

    @Test
    void whatIsRemovedIsGoneAndTheNextIsReadNext() throws Exception {
        changed(
                headers -> {
                    ListIterator<HttpField> each = at(headers, A);
                    each.remove();
                    assertThat(each.next()).isEqualTo(B);
                    assertThat(each.previous()).isEqualTo(B);
                    each.remove();
                    assertThat(each.next()).isEqualTo(C);
                    assertThat(own(headers)).containsExactly(C);
                });
    }

    @Test
    void whatIsSetStandsInThePlaceOfWhatWasRead() throws Exception {
        changed(
                headers -> {
                    ListIterator<HttpField> each = at(headers, B);
                    HttpField other = new HttpField("B", "other");
                    each.set(other);
                    assertThat(each.next()).isEqualTo(C);
                    assertThat(own(headers)).containsExactly(A, other, C);
                });
    }

    @Test
    void whatIsAddedStandsBeforeTheNext() throws Exception {
        changed(
                headers -> {
                    ListIterator<HttpField> each = at(headers, A);
                    HttpField added = new HttpField("D", "4");
                    each.add(added);
                    assertThat(each.next()).isEqualTo(B);
                    assertThat(own(headers)).containsExactly(A, added, B, C);
                });
    }

    @Test
    void nothingIsChangedThatWasNotRead() throws Exception {
        changed(
                headers -> {
                    ListIterator<HttpField> each = headers.listIterator();
                    assertThatThrownBy(each::remove).isInstanceOf(IllegalStateException.class);
                    at(headers, A);
                    assertThatThrownBy(() -> each.set(A)).isInstanceOf(IllegalStateException.class);
                    assertThat(own(headers)).containsExactly(A, B, C);
                });
    }

    /** Jetty's own headers cannot be removed, the server's name for one. */
    @Test
    void whatJettyKeepsIsKeptAndIteratedOn() throws Exception {
        changed(
                headers -> {
                    ListIterator<HttpField> each = headers.listIterator();
                    while (each.hasNext()) {
                        each.next();
                        each.remove();
                    }
                    assertThat(headers.contains("Server")).isTrue();
                    assertThat(own(headers)).isEmpty();
                });
    }

    private static ListIterator<HttpField> at(HttpFields.Mutable headers, HttpField field) {
        ListIterator<HttpField> each = headers.listIterator();
        while (!each.next().equals(field)) assertThat(each.hasNext()).isTrue();
        return each;
    }

    private static Iterable<HttpField> own(HttpFields headers) {
        return headers.stream().filter(each -> each.getName().length() == 1).toList();
    }

    /** Runs it on the headers of an answer: those of Jetty, and A, B and C. */
    private static void changed(Consumer<HttpFields.Mutable> change) throws Exception {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Handler handler =
                new Handler.Abstract() {
                    @Override
                    public boolean handle(Request request, Response response, Callback callback) {
                        try {
                            change.accept(response.getHeaders().add(A).add(B).add(C));
                            done.complete(null);
                        } catch (Throwable failed) {
                            done.completeExceptionally(failed);
                        }
                        callback.succeeded();
                        return true;
                    }
                };
        try (TestServer server =
                        TestServer.speaking(Protocol.HTTP_1)
                                .handledBy(handler)
                                .guardedBy(DropGuard.create()::installOn)
                                .start();
                RawClient client = RawClient.connect(server.port())) {
            client.get("/");
            client.body();
            done.get(20, TimeUnit.SECONDS);
        }
    }
}
