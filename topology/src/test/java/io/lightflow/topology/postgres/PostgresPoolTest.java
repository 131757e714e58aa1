package io.lightflow.topology.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.database.PostgresSettings;
import io.lightflow.sink.SinkUnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** A connection that is cut without the server's knowledge. Statements may take longer than these tests. */
@Timeout(60)
class PostgresPoolTest {
    private static final PostgresServer SERVER = PostgresServer.shared();

    private SilentProxy proxy;
    private PostgresSettings settings;
    private PostgresPool pool;

    @BeforeEach
    void connect() throws IOException {
        proxy = new SilentProxy(SERVER.port());
        PostgresSettings schema = SERVER.newSchema();
        SERVER.execute(schema, "CREATE TABLE names (name text PRIMARY KEY)");
        settings = new PostgresSettings(
                "jdbc:postgresql://127.0.0.1:" + proxy.port() + "/postgres",
                schema.user(),
                schema.password(),
                schema.schema(),
                2,
                Duration.ofSeconds(5),
                Duration.ofMinutes(2));
        pool = new PostgresPool(settings, "pool-test");
    }

    @AfterEach
    void disconnect() throws IOException {
        pool.close();
        proxy.close();
    }

    @Test
    void aLostTransactionHoldsNoLocksWhenItIsRepeated() {
        assertThatThrownBy(() -> pool.transact("insert", connection -> {
                    insert(connection);
                    cut();
                    return insert(connection);
                }))
                .isInstanceOf(SinkUnavailableException.class);

        assertThat(pool.transact("insert again", PostgresPoolTest::insert)).isEqualTo(1);
        assertThat(names()).isEqualTo("1");
    }

    @Test
    void aLostCopyHoldsNoLocksWhenItIsRepeated() {
        assertThatThrownBy(() -> pool.transact("copy", connection -> {
                    insert(connection);
                    CopyIn copy =
                            connection.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY names FROM STDIN");
                    copy.flushCopy();
                    cut();
                    return copy.endCopy();
                }))
                .isInstanceOf(SinkUnavailableException.class);

        assertThat(pool.transact("insert again", PostgresPoolTest::insert)).isEqualTo(1);
        assertThat(names()).isEqualTo("1");
    }

    @Test
    void aFailedStatementEndsNoSession() {
        List<Integer> sessions = List.of(session(), session());

        assertThatThrownBy(() -> pool.run("divide", connection -> run(connection, "SELECT 1 / 0")))
                .hasMessageContaining("division by zero");

        assertThat(sessions).containsOnly(session());
    }

    private int session() {
        return pool.run(
                "name the session",
                connection -> connection.unwrap(PGConnection.class).getBackendPID());
    }

    private static int insert(Connection connection) throws SQLException {
        return run(connection, "INSERT INTO names VALUES ('one') ON CONFLICT DO NOTHING");
    }

    private static int run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
            return statement.getUpdateCount();
        }
    }

    private String names() {
        return SERVER.query(settings, "SELECT count(*) FROM names");
    }

    private void cut() {
        try {
            proxy.cut();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
