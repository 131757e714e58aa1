package io.lightflow.reports.server;

import io.javalin.config.JavalinConfig;
import io.lightflow.reports.alert.AlertService;
import io.lightflow.reports.budget.DecisionHandler;
import io.lightflow.reports.gate.BudgetGate;
import io.lightflow.reports.gate.BudgetGateSettings;
import io.lightflow.reports.http.ErrorHandlers;
import io.lightflow.reports.http.ProblemDetails;
import io.lightflow.reports.http.ReportsJson;
import io.lightflow.reports.query.QuerySettings;
import io.lightflow.reports.query.QueryWorkers;
import io.lightflow.service.http.HttpServer;
import io.lightflow.service.http.JsonErrorHandler;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves campaigns, budgets and statistics over HTTP. Any number of servers may read one database, without a leader.
 * The topologies create the tables.
 *
 * <p>One thread creates, starts and closes it, once each.
 */
public final class ReportsServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReportsServer.class);

    private final ReportsSettings settings;
    private final List<String> queryCommand;
    private Optional<QueryWorkers> queries = Optional.empty();
    private Optional<AlertService> alerts = Optional.empty();
    private ConnectionPools pools;
    private BudgetGate gate;
    private HttpServer http;

    /** A server without queries over events. */
    public ReportsServer(ReportsSettings settings) {
        this(settings, List.of());
    }

    /**
     * @param queryCommand starts a process for queries; needed if the settings have them
     * @throws IllegalArgumentException if it is missing
     */
    public ReportsServer(ReportsSettings settings, List<String> queryCommand) {
        this.settings = Objects.requireNonNull(settings, "settings");
        this.queryCommand = List.copyOf(queryCommand);
        if (settings.queries().isPresent() && queryCommand.isEmpty()) {
            throw new IllegalArgumentException("the settings have the section queries, and this program runs none:"
                    + " start the server with `lightflow reports`, or remove the section");
        }
    }

    /**
     * Starts the HTTP server, even if the database is unavailable.
     *
     * @return this
     * @throws IllegalStateException if it was started before, or the port is in use; no resource stays open then
     */
    public ReportsServer start() {
        if (pools != null) {
            throw new IllegalStateException("This reports server was already started: create another one");
        }
        BudgetGateSettings budgets = settings.gate();
        pools = new ConnectionPools(settings);
        gate = new BudgetGate(budgets);
        queries = settings.queries()
                .map(section -> new QueryWorkers(section, queryCommand, maxQueriesOfAccount(section)));
        alerts = settings.alerts()
                .map(section -> new AlertService(
                        section, pools.replicaSql(), pools.primarySql().orElseThrow()));
        try {
            gate.start();
            http = HttpServer.start(
                    "The reports server",
                    settings.http(),
                    ReportsJson.CONTENT_TYPE,
                    new JsonErrorHandler(ProblemDetails.CONTENT_TYPE, ErrorHandlers::invalidRequest),
                    this::addApi);
            alerts.ifPresent(AlertService::start);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
        LOG.info("The reports server listens at {} and reads {}", url(), settings.replica());
        return this;
    }

    /** One account leaves a process to the other ones. */
    private int maxQueriesOfAccount(QuerySettings section) {
        return settings.access().isUnrestricted() ? section.processes() : Math.max(1, section.processes() - 1);
    }

    private void addApi(JavalinConfig config) {
        DecisionHandler decisions = new DecisionHandler(gate, settings.access());
        config.jetty.modifyServer(jetty -> jetty.setHandler(decisions));
        new ReportsApi(settings, pools, gate, decisions, queries, alerts).addTo(config);
    }

    /** The port on which the server listens. */
    public int port() {
        return started().port();
    }

    /** The base URL for clients on this machine. */
    public URI url() {
        return started().url();
    }

    /** The endpoints, each as a method and a path. */
    List<String> paths() {
        return started().paths();
    }

    private HttpServer started() {
        if (http == null) {
            throw new IllegalStateException("Expected a started reports server, found one that was not started");
        }
        return http;
    }

    /** Stops the server and closes the connections. Idempotent; may be called at any time. */
    @Override
    public void close() {
        // First, since the HTTP server waits for running requests.
        queries.ifPresent(QueryWorkers::close);
        alerts.ifPresent(AlertService::close);
        if (http != null) {
            http.close();
        }
        if (pools != null) {
            gate.close();
            pools.close();
        }
    }
}
