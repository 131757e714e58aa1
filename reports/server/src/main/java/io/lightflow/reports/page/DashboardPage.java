package io.lightflow.reports.page;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.lightflow.reports.http.Feature;
import io.lightflow.reports.http.ReportsRole;
import io.lightflow.service.sql.Sql;
import java.net.URI;
import java.util.List;

/**
 * The pages with their files. They contain no figures: their scripts request them with the token that the user pastes.
 */
public final class DashboardPage implements Feature {
    private static final List<String> FILES = List.of(
            "style.css",
            "figures.css",
            "address.js",
            "figures.js",
            "overview.js",
            "explore.js",
            "saved-views.js",
            "pivot.js",
            "invalid-traffic.js",
            "sparkline.js",
            "health.js",
            "calendar.js",
            "refresher.js",
            "range.js",
            "events.css",
            "alerts.css",
            "alerts.js",
            "alert-figures.js",
            "alert-form.js",
            "app.js",
            "login.js",
            "account.js",
            "sql.js",
            "schema.js",
            "why.js",
            "api.js",
            "dom.js",
            "format.js",
            "session.js",
            "campaigns.css",
            "campaigns.js",
            "campaign-form.js",
            "campaign-list.js",
            "fields.js",
            "wallclock.js",
            "budget.js",
            "detail.js",
            "history.js",
            "forecast.js",
            "chart.js",
            "ads.js",
            "delay.js",
            "shards.js",
            "uplot/uPlot.iife.min.js",
            "uplot/uPlot.min.css");

    private final ShardHealth shards;
    private final MonitorHealth monitors;
    private final SetAsideRecords setAside;
    private final CertificateCalendar certificates;
    private final Login login;
    private final String provider;
    private final EventPages eventPages;

    /** Whether the pages ask for a token. */
    public enum Login {
        REQUIRED,
        NONE
    }

    /** Whether there are links to the pages about events. */
    public enum EventPages {
        LINKED,
        UNAVAILABLE
    }

    /**
     * @param monitors the URLs of {@code lightflow monitor}
     * @param provider the name of the provider of OpenID Connect; empty for none
     */
    public DashboardPage(Sql replica, List<URI> monitors, Login login, String provider, EventPages eventPages) {
        this.shards = new ShardHealth(replica);
        this.monitors = new MonitorHealth(monitors);
        this.setAside = new SetAsideRecords(replica);
        this.certificates = new CertificateCalendar(replica);
        this.login = login;
        this.provider = provider;
        this.eventPages = eventPages;
    }

    @Override
    public String description() {
        return "health.yaml";
    }

    @Override
    public void addTo(RoutesConfig routes) {
        shards.addTo(routes);
        monitors.addTo(routes);
        setAside.addTo(routes);
        certificates.addTo(routes);
        for (Page page : Page.values()) {
            PageAsset asset = page.asset(login, provider, eventPages);
            routes.get(page.path(), context -> send(context, asset), ReportsRole.OPEN);
        }
        for (String file : FILES) {
            PageAsset asset = PageAsset.read(file);
            routes.get("/page/" + file, context -> send(context, asset), ReportsRole.OPEN);
        }
    }

    /** Browsers revalidate each file, so that after an update all files have the same version. */
    private static void send(Context context, PageAsset asset) {
        context.header("Cache-Control", "no-cache").header("ETag", asset.tag());
        if (asset.tag().equals(context.header("If-None-Match"))) {
            context.status(304);
        } else {
            context.contentType(asset.type()).result(asset.bytes());
        }
    }
}
