package io.lightflow.reports.server;

import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.lightflow.reports.alert.AlertApi;
import io.lightflow.reports.alert.AlertService;
import io.lightflow.reports.alert.AlertSettings;
import io.lightflow.reports.budget.BudgetApi;
import io.lightflow.reports.budget.DecisionApi;
import io.lightflow.reports.budget.DecisionHandler;
import io.lightflow.reports.campaign.CampaignApi;
import io.lightflow.reports.gate.BudgetGate;
import io.lightflow.reports.http.ErrorHandlers;
import io.lightflow.reports.http.Feature;
import io.lightflow.reports.http.OpenApi;
import io.lightflow.reports.http.ReportsAccessFilter;
import io.lightflow.reports.http.ReportsAccounts;
import io.lightflow.reports.http.SecurityHeaders;
import io.lightflow.reports.login.OpenIdApi;
import io.lightflow.reports.login.OpenIdLogin;
import io.lightflow.reports.login.OpenIdSettings;
import io.lightflow.reports.page.DashboardPage;
import io.lightflow.reports.page.DashboardPage.EventPages;
import io.lightflow.reports.page.DashboardPage.Login;
import io.lightflow.reports.query.QueryEndpoint;
import io.lightflow.reports.query.QueryWorkers;
import io.lightflow.reports.query.SqlApi;
import io.lightflow.reports.query.WhyApi;
import io.lightflow.reports.statistics.StatisticsFeature;
import io.lightflow.reports.view.SavedViewApi;
import io.lightflow.service.http.HttpLimits;
import io.lightflow.service.http.HttpMetrics;
import io.lightflow.service.sql.Sql;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** All features with their paths and parts of the OpenAPI document. */
final class ReportsApi {
    private final ReportsAccounts access;
    private final Optional<OpenIdLogin> login;
    private final HttpLimits limits;
    private final HttpMetrics metrics = new HttpMetrics("lightflow_reports");
    private final List<Feature> features;

    ReportsApi(
            ReportsSettings settings,
            ConnectionPools pools,
            BudgetGate gate,
            DecisionHandler decisions,
            Optional<QueryWorkers> queries,
            Optional<AlertService> alerts) {
        this.access = settings.access();
        this.login = settings.openId().map(provider -> new OpenIdLogin(provider, access));
        this.limits = settings.http().limits();
        ReportsMetrics.addTo(metrics.registry(), pools, gate, decisions);
        queries.ifPresent(workers -> workers.addMetricsTo(metrics.registry()));
        alerts.ifPresent(service -> service.addMetricsTo(metrics.registry()));
        Sql replica = pools.replicaSql();
        Optional<Sql> primary = pools.primarySql();
        QueryEndpoint events = new QueryEndpoint(queries);
        this.features = List.of(
                new ServerStatusApi(replica, metrics),
                new CampaignApi(replica, primary),
                new BudgetApi(replica),
                new DecisionApi(gate),
                new StatisticsFeature(replica, InstantSource.system(), events),
                new SqlApi(events),
                new WhyApi(events),
                new SavedViewApi(replica, primary),
                new OpenIdApi(login),
                new AlertApi(replica, primary, settings.alerts().orElse(AlertSettings.DEFAULT)),
                new DashboardPage(
                        replica,
                        settings.monitors(),
                        access.isUnrestricted() ? Login.NONE : Login.REQUIRED,
                        settings.openId().map(OpenIdSettings::title).orElse(""),
                        queries.isPresent() ? EventPages.LINKED : EventPages.UNAVAILABLE));
    }

    void addTo(JavalinConfig config) {
        RoutesConfig routes = config.routes;
        routes.before(SecurityHeaders::set);
        routes.beforeMatched(new ReportsAccessFilter(access, login, limits)::check);
        features.forEach(feature -> feature.addTo(routes));
        new OpenApi(features).addTo(routes);
        ErrorHandlers.addTo(routes);
        config.requestLogger.http(metrics::record);
    }
}
