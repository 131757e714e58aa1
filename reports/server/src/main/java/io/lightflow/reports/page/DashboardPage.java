package io.lightflow.reports.page;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.lightflow.reports.http.Feature;
import io.lightflow.reports.http.ReportsRole;
import io.lightflow.service.sql.Sql;
import java.util.List;
import java.util.Locale;

/**
 * The pages: {@code /} is the dashboard, {@code /sql} and {@code /why} are about events. They contain no figures: their
 * scripts request them with the token that the user pastes.
 */
public final class DashboardPage implements Feature {
    private static final List<String> FILES = List.of(
            "style.css",
            "events.css",
            "app.js",
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
            "chart.js",
            "ads.js",
            "delay.js",
            "shards.js",
            "uplot/uPlot.iife.min.js",
            "uplot/uPlot.min.css");

    private final ShardHealth shards;
    private final Login login;
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

    public DashboardPage(Sql replica, Login login, EventPages eventPages) {
        this.shards = new ShardHealth(replica);
        this.login = login;
        this.eventPages = eventPages;
    }

    @Override
    public String description() {
        return "shards.yaml";
    }

    @Override
    public void addTo(RoutesConfig routes) {
        shards.addTo(routes);
        addPage(routes, "/", "index.html", "./");
        addPage(routes, "/sql", "sql.html", "sql");
        addPage(routes, "/why", "why.html", "why");
        for (String file : FILES) {
            PageAsset asset = PageAsset.read(file);
            routes.get("/page/" + file, context -> send(context, asset), ReportsRole.OPEN);
        }
    }

    /** @param link of the page in the list of pages */
    private void addPage(RoutesConfig routes, String path, String file, String link) {
        String pages = PageAsset.read("pages.html")
                .with("HIDDEN", eventPages == EventPages.LINKED ? "" : "hidden")
                .text()
                .replace("<a href=\"" + link + "\"", "<a href=\"" + link + "\" aria-current=\"page\"");
        PageAsset page = PageAsset.read(file)
                .with("ACCOUNTS", login.name().toLowerCase(Locale.ROOT))
                .with("LOGIN", PageAsset.read("login.html").text())
                .with("PAGES", pages);
        routes.get(path, context -> send(context, page), ReportsRole.OPEN);
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
