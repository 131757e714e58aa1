package io.lightflow.topology.postgres;

import static io.lightflow.topology.postgres.StatisticsSamples.at;
import static io.lightflow.topology.postgres.StatisticsSamples.commit;
import static io.lightflow.topology.postgres.StatisticsSamples.one;
import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.database.PostgresSettings;
import io.lightflow.position.Position;
import io.lightflow.sink.SinkUnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.PGConnection;

/**
 * A process that is frozen keeps its connections and its transaction, and the server does not notice. Statements may
 * take longer than these tests.
 */
@Timeout(60)
class FrozenOwnerTest {
    private static final int SHARD = 3;

    private final PostgresServer server = PostgresServer.shared();
    private PostgresSettings settings;
    private PostgresStatisticsSink successor;
    private Connection frozen;

    @BeforeEach
    void freezeAnOwner() throws SQLException {
        PostgresSettings quick = server.newSchema();
        settings = new PostgresSettings(
                quick.jdbcUrl(),
                quick.user(),
                quick.password(),
                quick.schema(),
                2,
                quick.connectTimeout(),
                Duration.ofMinutes(10));
        try (PostgresStatisticsSink owner = new PostgresStatisticsSink(settings, "stats-counter", "us")) {
            owner.open(SHARD);
            owner.commit(commit(SHARD, 0, 10, one(1)));
        }
        frozen = server.connect(settings);
        frozen.setAutoCommit(false);
        execute("SET application_name = 'stats-counter-us'");
        execute("UPDATE ledger SET position = 'of the frozen owner' WHERE shard = " + SHARD);
        successor = new PostgresStatisticsSink(settings, "stats-counter", "us");
    }

    @AfterEach
    void close() throws SQLException {
        successor.close();
        frozen.close();
    }

    @Test
    void itsTransactionDoesNotDelayItsSuccessor() {
        assertThat(open()).isEqualTo(at(10));
    }

    @Test
    void itsCopyDoesNotDelayItsSuccessor() throws SQLException {
        frozen.unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("COPY campaign_total FROM STDIN")
                .flushCopy();

        assertThat(open()).isEqualTo(at(10));
    }

    /**
     * As a topology does: it asks again while the sink is unavailable. Its Supervisor has waited for seconds before.
     */
    private Position open() {
        PostgresServer.await("the owner has done nothing for a second", () -> server.query(
                        settings,
                        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'stats-counter-us'"
                                + " AND wait_event_type = 'Client' AND backend_xid IS NOT NULL"
                                + " AND state_change < clock_timestamp() - interval '1s'")
                .equals("1"));
        while (true) {
            try {
                return successor.open(SHARD);
            } catch (SinkUnavailableException e) {
                assertThat(e).hasMessageContaining("open shard 3 of stats-counter/us");
            }
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = frozen.createStatement()) {
            statement.execute(sql);
        }
    }
}
