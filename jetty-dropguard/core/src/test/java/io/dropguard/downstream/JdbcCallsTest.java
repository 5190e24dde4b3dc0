package io.dropguard.downstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dropguard.cancel.CancellationSource;
import io.dropguard.cancel.Cancelled;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.h2.api.ErrorCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class JdbcCallsTest {
    /** Ten billion rows: H2 counts for an hour. */
    private static final String SLOW =
            "SELECT COUNT(*) FROM SYSTEM_RANGE(1, 100000) a, SYSTEM_RANGE(1, 100000) b"
                    + " WHERE MOD(a.X + b.X, 7) = started(a.X)";

    private static final Cancelled ENOUGH = new Cancelled("enough");

    /** Counted down when the database comes to a row of the query. */
    private static volatile CountDownLatch started = new CountDownLatch(1);

    private final CancellationSource source = new CancellationSource();
    private Connection connection;
    private Statement statement;

    /** What H2 calls; it must be public. */
    public static final class Rows {
        private Rows() {}

        public static long started(long row) {
            started.countDown();
            return row % 7;
        }
    }

    @BeforeEach
    void connect() throws SQLException {
        started = new CountDownLatch(1);
        connection = DriverManager.getConnection("jdbc:h2:mem:");
        statement = connection.createStatement();
        statement.execute("CREATE ALIAS started FOR '" + Rows.class.getName() + ".started'");
    }

    @AfterEach
    void disconnect() throws SQLException {
        connection.close();
    }

    @Test
    void aSlowQueryStopsInTheDatabaseAndTheConnectionIsUsedOn() throws Exception {
        CompletableFuture<Void> query = inBackground(() -> statement.executeQuery(SLOW));
        assertThat(started.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(query).isNotDone();

        source.cancel(ENOUGH);

        assertCancelled(query);
        try (ResultSet rows = statement.executeQuery("SELECT 1")) {
            assertThat(rows.next()).isTrue();
        }
    }

    @Test
    void aCancelThatComesBeforeTheExecutionIsNotLost() throws Exception {
        CompletableFuture<Void> query =
                inBackground(
                        () -> {
                            source.cancel(ENOUGH); // H2 forgets this one: nothing is executed yet
                            return statement.executeQuery(SLOW);
                        });

        assertCancelled(query);
    }

    @Test
    void noQueryIsBegunForATokenThatIsCancelled() {
        source.cancel(ENOUGH);

        assertThatThrownBy(
                        () ->
                                JdbcCalls.run(
                                        source.token(),
                                        statement,
                                        () -> statement.executeQuery(SLOW)))
                .isInstanceOf(CancellationException.class)
                .hasMessageContaining("enough");
        assertThat(started.getCount()).isEqualTo(1);
    }

    @Test
    void aCallThatHasReturnedIsNotCancelled() throws SQLException {
        AtomicInteger cancels = new AtomicInteger();
        JdbcCalls.run(source.token(), counting(cancels), () -> null);

        source.cancel(ENOUGH);

        assertThat(cancels).hasValue(0);
    }

    @Test
    void aCallThatHasBeenCancelledIsNotCancelledAgainOnceItHasReturned() throws SQLException {
        AtomicInteger cancels = new AtomicInteger();
        AtomicBoolean returned = new AtomicBoolean();
        Statement watched =
                counting(
                        cancels,
                        () -> {
                            if (returned.get()) cancels.addAndGet(1_000_000);
                        });
        JdbcCalls.run(
                source.token(),
                watched,
                () -> {
                    source.cancel(ENOUGH);
                    await().until(() -> cancels.get() >= 2);
                    return null;
                });
        returned.set(true);

        await().during(Duration.ofMillis(200)).until(() -> cancels.get() < 1_000_000);
    }

    private static void assertCancelled(CompletableFuture<Void> query) {
        assertThatThrownBy(() -> query.get(30, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        SQLException.class,
                        stopped ->
                                assertThat(stopped.getErrorCode())
                                        .isEqualTo(ErrorCode.STATEMENT_WAS_CANCELED));
    }

    private CompletableFuture<Void> inBackground(JdbcCalls.Call<ResultSet> call) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Executors.newSingleThreadExecutor()
                .execute(
                        () -> {
                            try (ResultSet rows = JdbcCalls.run(source.token(), statement, call)) {
                                done.complete(null);
                            } catch (SQLException stopped) {
                                done.completeExceptionally(stopped);
                            }
                        });
        return done;
    }

    private static Statement counting(AtomicInteger cancels) {
        return counting(cancels, () -> {});
    }

    private static Statement counting(AtomicInteger cancels, Runnable onCancel) {
        return (Statement)
                Proxy.newProxyInstance(
                        JdbcCallsTest.class.getClassLoader(),
                        new Class<?>[] {Statement.class},
                        (proxy, method, arguments) -> {
                            if (method.getName().equals("cancel")) {
                                onCancel.run();
                                cancels.incrementAndGet();
                            }
                            return null;
                        });
    }
}
