package io.dropguard.samples.boot;

import io.dropguard.cancel.CancellationToken;
import io.dropguard.downstream.JdbcCalls;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.PreparedStatementCallback;
import org.springframework.stereotype.Repository;

/** What was sold. Thread-safe. */
@Repository
class Sales {
    /** Compares each sale with every other one of the same article. */
    private static final String SIMILAR_CUSTOMERS =
            """
            SELECT a.customer, b.customer, COUNT(*) AS articles
            FROM sale a JOIN sale b ON a.article = b.article AND a.customer < b.customer
            WHERE a.article <= ?
            GROUP BY a.customer, b.customer
            ORDER BY articles DESC, a.customer, b.customer
            FETCH FIRST 10 ROWS ONLY
            """;

    private static final String RUNNING =
            """
            SELECT EXECUTING_STATEMENT FROM INFORMATION_SCHEMA.SESSIONS
            WHERE EXECUTING_STATEMENT LIKE '%FROM sale a%' AND SESSION_ID <> SESSION_ID()
            """;

    private final JdbcTemplate jdbc;

    Sales(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** Two customers, and how often they have bought the same. Immutable. */
    record Pair(int one, int other, int articles) {}

    /** The query is cancelled in the database when {@code token} is. */
    @Nullable List<Pair> similarCustomers(int articles, CancellationToken token) {
        return jdbc.execute(
                SIMILAR_CUSTOMERS,
                (PreparedStatementCallback<List<Pair>>)
                        statement -> {
                            statement.setInt(1, articles);
                            List<Pair> pairs = new ArrayList<>();
                            try (ResultSet rows =
                                    JdbcCalls.run(token, statement, statement::executeQuery)) {
                                while (rows.next())
                                    pairs.add(
                                            new Pair(
                                                    rows.getInt(1),
                                                    rows.getInt(2),
                                                    rows.getInt(3)));
                            }
                            return pairs;
                        });
    }

    /** What the database is computing, as it says itself. */
    List<String> running() {
        return jdbc.queryForList(RUNNING, String.class);
    }
}
