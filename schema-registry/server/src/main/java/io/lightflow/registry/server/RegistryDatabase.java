package io.lightflow.registry.server;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
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

    private static HikariDataSource connect(RegistryServerSettings settings) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("schema-registry");
        config.setJdbcUrl(settings.jdbcUrl());
        config.setUsername(settings.user());
        config.setPassword(settings.password());
        config.setMaximumPoolSize(settings.poolSize());
        config.setMinimumIdle(1);
        config.setConnectionTimeout(settings.databaseTimeout().toMillis());
        config.setInitializationFailTimeout(settings.databaseTimeout().toMillis());
        config.addDataSourceProperty("ApplicationName", "lightflow-schema-registry");
        config.addDataSourceProperty("socketTimeout", SOCKET_TIMEOUT_SECONDS);
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
