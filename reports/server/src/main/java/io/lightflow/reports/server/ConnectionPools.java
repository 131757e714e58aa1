package io.lightflow.reports.server;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.Credentials;
import io.lightflow.service.sql.Sql;
import java.time.Duration;
import java.util.Optional;

/**
 * The connection pools of replica and primary. Connections open on first use, so the server starts even if PostgreSQL
 * is unavailable.
 */
final class ConnectionPools implements AutoCloseable {
    final HikariDataSource replica;

    /** One connection to the replica, for readiness: slow queries may use up all others. */
    final HikariDataSource health;

    final Optional<HikariDataSource> primary;

    private final Sql replicaSql;
    private final Optional<Sql> primarySql;

    ConnectionPools(ReportsSettings settings) {
        replica = open("reports-replica", settings.replica(), settings.statementTimeout());
        replica.setReadOnly(true);
        health = open("reports-health", settings.replica(), settings.statementTimeout());
        health.setReadOnly(true);
        health.setMaximumPoolSize(1);
        health.setMinimumIdle(0);
        primary = settings.primary().map(database -> open("reports-primary", database, settings.statementTimeout()));
        replicaSql = new Sql(replica, health);
        primarySql = primary.map(Sql::new);
    }

    Sql replicaSql() {
        return replicaSql;
    }

    /** Empty if the settings name no primary. */
    Optional<Sql> primarySql() {
        return primarySql;
    }

    private static HikariDataSource open(String name, DatabaseSettings settings, Duration statementTimeout) {
        HikariDataSource pool = new HikariDataSource();
        pool.setPoolName(name);
        pool.setJdbcUrl(settings.url());
        if (settings.password() == null) {
            pool.setUsername(settings.user());
        } else {
            pool.setCredentialsProvider(
                    () -> Credentials.of(settings.user(), settings.password().get()));
        }
        pool.setSchema(settings.schema());
        pool.setMaximumPoolSize(settings.poolSize());
        pool.setMinimumIdle(1);
        pool.setInitializationFailTimeout(-1);
        pool.setConnectionTimeout(settings.timeout().toMillis());
        pool.setConnectionInitSql("SET statement_timeout = " + statementTimeout.toMillis()
                + "; SET idle_in_transaction_session_timeout = " + statementTimeout.toMillis()
                + "; SET client_min_messages = warning; SET jit = off; SET timezone = 'UTC'");
        pool.addDataSourceProperty("ApplicationName", "lightflow-" + name);
        pool.addDataSourceProperty("tcpKeepAlive", "true");
        pool.addDataSourceProperty(
                "connectTimeout", Long.toString(Math.max(1, settings.timeout().toSeconds())));
        pool.addDataSourceProperty("socketTimeout", Long.toString(statementTimeout.toSeconds() + 10));
        return pool;
    }

    @Override
    public void close() {
        replica.close();
        health.close();
        primary.ifPresent(HikariDataSource::close);
    }
}
