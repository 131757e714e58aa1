package io.lightflow.registry.server;

import com.zaxxer.hikari.HikariDataSource;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.HttpResponseException;
import io.lightflow.registry.server.access.Account;
import io.lightflow.service.access.Accounts;
import io.lightflow.service.http.HttpMetrics;
import io.lightflow.service.sql.Sql;
import io.lightflow.service.sql.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All paths, and what becomes of requests that fail. */
final class RegistryApi {
    static final int STORE_ERROR = 50001;

    private static final Logger LOG = LoggerFactory.getLogger(RegistryApi.class);

    private final Accounts<Account> access;
    private final HikariDataSource database;

    RegistryApi(HikariDataSource database, Accounts<Account> access) {
        this.database = database;
        this.access = access;
    }

    void addTo(JavalinConfig config) {
        Sql sql = new Sql(database);
        SchemaStore schemas = new SchemaStore(sql);
        SubjectStore subjects = new SubjectStore(sql);
        SubjectSettings settings = new SubjectSettings(sql);
        SchemaParser parser = new SchemaParser(subjects);
        Registrar registrar = new Registrar(sql);
        Deletion deletion = new Deletion(sql, schemas);
        HttpMetrics metrics = new HttpMetrics("lightflow_registry");
        Audit audit = new Audit(new RegistryMetrics(metrics.registry(), subjects, database));

        RoutesConfig routes = config.routes;
        routes.beforeMatched(new AccessGate(access)::check);
        new OverviewApi(sql, metrics).addTo(routes);
        new SchemasApi(schemas, subjects, parser, audit).addTo(routes);
        new SubjectsApi(subjects, parser, deletion, audit).addTo(routes);
        new VersionsApi(subjects, schemas, settings, parser, registrar, deletion, audit).addTo(routes);
        new CompatibilityApi(subjects, schemas, settings, parser, registrar).addTo(routes);
        new ConfigApi(settings, audit).addTo(routes);
        new ModeApi(settings, audit).addTo(routes);
        UserInterface.addTo(routes);
        addFailures(routes);
        config.requestLogger.http(metrics::answered);
    }

    private static void addFailures(RoutesConfig routes) {
        routes.exception(
                ApiException.class, (e, context) -> Answers.fail(context, e.status(), e.errorCode(), e.getMessage()));
        routes.exception(
                HttpResponseException.class,
                (e, context) -> Answers.fail(
                        context, e.getStatus(), e.getStatus(), "HTTP " + e.getStatus() + " " + e.getMessage()));
        routes.exception(StoreException.class, (e, context) -> {
            // The message names the cause; a stack trace for each request would fill the log while the database is
            // away.
            LOG.warn("{} {} was answered with an error: {}", context.method(), context.path(), e.getMessage());
            Answers.fail(context, 500, STORE_ERROR, "The registry's database is not available. Try again later.");
        });
        routes.exception(Exception.class, (e, context) -> {
            LOG.error("{} {} failed", context.method(), context.path(), e);
            Answers.fail(context, 500, 500, "Internal server error");
        });
    }
}
