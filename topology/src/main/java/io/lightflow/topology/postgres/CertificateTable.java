package io.lightflow.topology.postgres;

import io.lightflow.database.PostgresSettings;
import java.sql.PreparedStatement;
import java.time.Instant;
import java.time.ZoneOffset;

/** Keeps the results of certificates, apart from what they certify. */
public final class CertificateTable implements AutoCloseable {
    private static final String UPSERT = "INSERT INTO certificate (group_name, hour, certified_at, differences)"
            + " VALUES (?, ?, ?, ?) ON CONFLICT (group_name, hour) DO UPDATE"
            + " SET certified_at = excluded.certified_at, differences = excluded.differences";

    private final PostgresPool pool;

    /** Does not connect yet. */
    public CertificateTable(PostgresSettings settings) {
        this.pool = new PostgresPool(settings, "lightflow-certificates");
    }

    /**
     * Replaces an earlier certificate of the hour.
     *
     * @param hour its beginning
     * @param certifiedAt when it was counted
     */
    public void put(String group, Instant hour, Instant certifiedAt, long differences) {
        pool.transact("record the certificate of " + hour, connection -> {
            try (PreparedStatement statement = connection.prepareStatement(UPSERT)) {
                statement.setString(1, group);
                statement.setObject(2, hour.atOffset(ZoneOffset.UTC));
                statement.setObject(3, certifiedAt.atOffset(ZoneOffset.UTC));
                statement.setLong(4, differences);
                return statement.executeUpdate();
            }
        });
    }

    @Override
    public void close() {
        pool.close();
    }
}
