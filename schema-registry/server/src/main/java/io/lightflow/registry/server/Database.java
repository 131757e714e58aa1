package io.lightflow.registry.server;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import io.lightflow.service.sql.StoreException;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** Opens the connection pool and brings the tables up to date. */
final class Database {
    private static final String SOCKET_TIMEOUT_SECONDS = "30";

    private Database() {}

    /**
     * @return an open pool, to be closed by the caller
     * @throws StoreException if the database cannot be reached within the settings' time-out, or cannot be brought up
     *     to date
     */
    static HikariDataSource open(RegistryServerSettings settings) {
        HikariDataSource pool = connect(settings);
        try {
            Flyway.configure(Database.class.getClassLoader())
                    .dataSource(pool)
                    .schemas("registry")
                    .createSchemas(true)
                    .locations("classpath:io/lightflow/registry/migrations")
                    .load()
                    .migrate();
            return pool;
        } catch (FlywayException e) {
            pool.close();
            throw new StoreException(
                    StoreException.Kind.AWAY,
                    "Bringing the registry's tables in " + settings.database() + " up to date failed for user "
                            + settings.user() + ". It needs the right to create the schema registry and its tables.",
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
            throw new StoreException(
                    StoreException.Kind.AWAY,
                    "Connecting to the registry's database " + settings.database() + " as user " + settings.user()
                            + " failed within " + settings.databaseTimeout()
                            + ". Check that it runs, and the URL, user and password.",
                    e);
        }
    }
}
