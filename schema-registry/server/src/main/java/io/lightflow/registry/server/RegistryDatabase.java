package io.lightflow.registry.server;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import com.zaxxer.hikari.util.Credentials;
import io.lightflow.service.sql.DatabaseException;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** Opens the connection pool and migrates the tables. */
final class RegistryDatabase {
    private static final String SOCKET_TIMEOUT_SECONDS = "30";

    private RegistryDatabase() {}

    /**
     * @return an open pool, which the caller closes
     * @throws DatabaseException if the database is unavailable until the timeout, or the migration fails
     */
    static HikariDataSource open(RegistryServerSettings settings) {
        HikariDataSource pool = connect(settings);
        try {
            Flyway.configure(RegistryDatabase.class.getClassLoader())
                    .dataSource(pool)
                    .schemas("registry")
                    .createSchemas(true)
                    .locations("classpath:io/lightflow/registry/migrations")
                    .load()
                    .migrate();
            return pool;
        } catch (FlywayException e) {
            pool.close();
            throw new DatabaseException(
                    DatabaseException.Kind.UNAVAILABLE,
                    "Migrating the registry's tables in " + settings.database() + " failed for user "
                            + settings.user()
                            + ". The user needs the privilege to create the schema registry and its tables.",
                    e);
        }
    }

    /** One connection, for readiness: slow statements may use up all others. It opens on first use. */
    static HikariDataSource health(RegistryServerSettings settings) {
        HikariConfig config = config(settings, "schema-registry-health");
        config.setMaximumPoolSize(1);
        config.setMinimumIdle(0);
        config.setInitializationFailTimeout(-1);
        return new HikariDataSource(config);
    }

    private static HikariConfig config(RegistryServerSettings settings, String name) {
        HikariConfig config = new HikariConfig();
        config.setPoolName(name);
        config.setJdbcUrl(settings.jdbcUrl());
        if (settings.password() == null) {
            config.setUsername(settings.user());
        } else {
            config.setCredentialsProvider(
                    () -> Credentials.of(settings.user(), settings.password().get()));
        }
        config.setConnectionTimeout(settings.databaseTimeout().toMillis());
        config.addDataSourceProperty("ApplicationName", "lightflow-" + name);
        config.addDataSourceProperty("socketTimeout", SOCKET_TIMEOUT_SECONDS);
        return config;
    }

    private static HikariDataSource connect(RegistryServerSettings settings) {
        HikariConfig config = config(settings, "schema-registry");
        config.setMaximumPoolSize(settings.poolSize());
        config.setMinimumIdle(1);
        config.setInitializationFailTimeout(settings.databaseTimeout().toMillis());
        try {
            return new HikariDataSource(config);
        } catch (PoolInitializationException e) {
            throw new DatabaseException(
                    DatabaseException.Kind.UNAVAILABLE,
                    "Connecting to the registry's database " + settings.database() + " as user " + settings.user()
                            + " failed within " + settings.databaseTimeout()
                            + ". Check that the database runs, and check the URL, user and password.",
                    e);
        }
    }
}
