package io.dropguard.downstream;

import static java.util.Objects.requireNonNull;

import io.dropguard.cancel.CancellationToken;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** Queries that stop in the database when nobody awaits their result. Thread-safe. */
public final class JdbcCalls {

    private JdbcCalls() {}

    /** What is done with a statement. */
    @FunctionalInterface
    public interface Call<T extends @Nullable Object> {
        T run() throws SQLException;
    }

    /**
     * Runs {@code call} on this thread, and cancels {@code statement} if {@code token} is cancelled
     * meanwhile; what the driver throws then is its own affair.
     *
     * <pre>{@code
     * ResultSet rows = JdbcCalls.run(token, statement, () -> statement.executeQuery(sql));
     * }</pre>
     *
     * <p>Once this returns the statement is not cancelled any more, so its connection can go back
     * to a pool.
     *
     * @throws CancellationException if the token is cancelled already; the call is not run then
     * @throws SQLException what the call throws
     */
    public static <T extends @Nullable Object> T run(
            CancellationToken token, Statement statement, Call<T> call) throws SQLException {
        requireNonNull(statement, "statement");
        requireNonNull(call, "call");
        token.throwIfCancelled();
        try (StatementCancel cancel = new StatementCancel(statement);
                CancellationToken.Registration registration =
                        token.onCancelled(why -> cancel.begin())) {
            return call.run();
        }
    }
}
