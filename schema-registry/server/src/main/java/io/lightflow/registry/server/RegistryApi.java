package io.lightflow.registry.server;

import com.zaxxer.hikari.HikariDataSource;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.HttpResponseException;
import io.lightflow.registry.server.access.RegistryAccount;
import io.lightflow.service.access.Accounts;
import io.lightflow.service.http.HttpLimits;
import io.lightflow.service.http.HttpMetrics;
import io.lightflow.service.sql.DatabaseException;
import io.lightflow.service.sql.Sql;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Adds all paths and the handling of failed requests. */
final class RegistryApi {
    static final int STORE_ERROR = 50001;

    private static final int NOT_FOUND = 404;

    private static final Logger LOG = LoggerFactory.getLogger(RegistryApi.class);

    private final Accounts<RegistryAccount> access;
    private final HttpLimits limits;
    private final HikariDataSource database;
    private final HikariDataSource health;

    RegistryApi(HikariDataSource database, HikariDataSource health, RegistryServerSettings settings) {
        this.database = database;
        this.health = health;
        this.access = settings.access();
        this.limits = settings.http().limits();
    }

    void addTo(JavalinConfig config) {
        Sql sql = new Sql(database, health);
        SchemaStore schemas = new SchemaStore(sql);
        SchemaFormat format = new SchemaFormat(schemas);
        SubjectStore subjects = new SubjectStore(sql);
        ConfigStore configs = new ConfigStore(sql);
        ModeStore modes = new ModeStore(sql);
        RequestPaths paths = new RequestPaths(configs);
        SchemaParser parser = new SchemaParser(subjects);
        Registrar registrar = new Registrar(sql, parser);
        VersionDeleter deletion = new VersionDeleter(sql, schemas);
        HttpMetrics metrics = new HttpMetrics("lightflow_registry");
        AuditLog audit = new AuditLog(new RegistryMetrics(metrics.registry(), subjects, database));

        RoutesConfig routes = config.routes;
        routes.beforeMatched(new RegistryAccessFilter(access, limits)::check);
        routes.beforeMatched(RegistryJson::checkQuery);
        ContextRoutes inContexts = new ContextRoutes(routes);
        new MetadataApi(sql, subjects, deletion, metrics, audit).addTo(routes, inContexts);
        new SchemasApi(paths, schemas, subjects, configs, parser, audit).addTo(inContexts);
        new SubjectsApi(paths, subjects, format, configs, parser, deletion, audit).addTo(inContexts);
        new VersionsApi(paths, subjects, schemas, format, modes, parser, registrar, deletion, audit).addTo(inContexts);
        new CompatibilityApi(paths, subjects, schemas, configs, parser, registrar).addTo(inContexts);
        new ConfigApi(configs, audit).addTo(inContexts);
        new ModeApi(modes, audit).addTo(inContexts);
        RegistryUi.addTo(routes);
        addFailures(routes);
        config.requestLogger.http(metrics::record);
    }

    private static void addFailures(RoutesConfig routes) {
        routes.exception(
                ApiException.class,
                (e, context) -> RegistryJson.fail(context, e.status(), e.errorCode(), e.getMessage()));
        routes.exception(
                HttpResponseException.class,
                (e, context) -> RegistryJson.fail(
                        context,
                        e.getStatus(),
                        e.getStatus(),
                        "HTTP " + e.getStatus() + " " + (e.getStatus() == NOT_FOUND ? "Not Found" : e.getMessage())));
        routes.exception(DatabaseException.class, (e, context) -> {
            // Sql logs an outage once.
            if (e.kind() != DatabaseException.Kind.UNAVAILABLE) {
                LOG.warn("{} {} failed: {}", context.method(), context.path(), e.getMessage());
            }
            RegistryJson.fail(context, 500, STORE_ERROR, "The registry's database is not available. Retry later.");
        });
        routes.exception(Exception.class, (e, context) -> {
            LOG.error("{} {} failed", context.method(), context.path(), e);
            RegistryJson.fail(context, 500, 500, "Internal server error");
        });
    }
}
