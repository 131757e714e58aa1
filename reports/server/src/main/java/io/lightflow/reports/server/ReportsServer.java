package io.lightflow.reports.server;

import io.javalin.config.JavalinConfig;
import io.lightflow.reports.budget.DecisionHandler;
import io.lightflow.reports.gate.BudgetGate;
import io.lightflow.reports.gate.BudgetGateSettings;
import io.lightflow.reports.http.Json;
import io.lightflow.service.http.HttpServer;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Campaigns, budgets and statistics over HTTP. Any number of them may read one database; there is no leader. The tables
 * are made by the topologies.
 *
 * <p>Made, started and closed by one thread, once each.
 */
public final class ReportsServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReportsServer.class);

    private final ReportsSettings settings;
    private Pools pools;
    private BudgetGate gate;
    private HttpServer http;

    public ReportsServer(ReportsSettings settings) {
        this.settings = Objects.requireNonNull(settings, "settings");
    }

    /**
     * Begins to answer, also while the database is away.
     *
     * @return this
     * @throws IllegalStateException if it was started before, or the port is taken; nothing is left open then
     */
    public ReportsServer start() {
        if (pools != null) {
            throw new IllegalStateException("This reports server was started before: make another one");
        }
        BudgetGateSettings budgets = settings.gate();
        pools = new Pools(settings);
        gate = new BudgetGate(budgets);
        try {
            gate.start();
            http = HttpServer.start("The reports server", settings.http(), Json.CONTENT_TYPE, this::addApi);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
        LOG.info("The reports server answers at {} and reads {}", url(), settings.replica());
        return this;
    }

    private void addApi(JavalinConfig config) {
        DecisionHandler decisions = new DecisionHandler(gate, settings.access());
        config.jetty.modifyServer(jetty -> jetty.setHandler(decisions));
        new ReportsApi(settings.access(), pools, gate, decisions).addTo(config);
    }

    /** The port that it listens on. */
    public int port() {
        return started().port();
    }

    /** The base URL for clients on this machine. */
    public URI url() {
        return started().url();
    }

    /** What is answered: a method and a path each. */
    List<String> paths() {
        return started().paths();
    }

    private HttpServer started() {
        if (http == null) {
            throw new IllegalStateException("The reports server has no port before it is started");
        }
        return http;
    }

    /** Stops answering and closes the connections. May be called at any time, also twice. */
    @Override
    public void close() {
        if (http != null) {
            http.close();
        }
        if (pools != null) {
            gate.close();
            pools.close();
        }
    }
}
