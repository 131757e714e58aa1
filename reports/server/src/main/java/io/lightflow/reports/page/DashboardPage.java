package io.lightflow.reports.page;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.lightflow.reports.http.Feature;
import io.lightflow.reports.http.ReportsRole;
import io.lightflow.service.sql.Sql;
import java.util.List;

/**
 * {@code /}: the dashboard. The page contains no figures: its scripts request them with the token that the user pastes.
 */
public final class DashboardPage implements Feature {
    private static final List<String> FILES = List.of(
            "style.css",
            "app.js",
            "api.js",
            "dom.js",
            "format.js",
            "session.js",
            "campaigns.js",
            "budget.js",
            "detail.js",
            "chart.js",
            "ads.js",
            "delay.js",
            "shards.js",
            "uplot/uPlot.iife.min.js",
            "uplot/uPlot.min.css");

    private final ShardHealth shards;
    private final boolean asksForToken;

    /** @param asksForToken whether the server has accounts */
    public DashboardPage(Sql replica, boolean asksForToken) {
        this.shards = new ShardHealth(replica);
        this.asksForToken = asksForToken;
    }

    @Override
    public String description() {
        return "shards.yaml";
    }

    @Override
    public void addTo(RoutesConfig routes) {
        shards.addTo(routes);
        PageAsset index = PageAsset.read("index.html").with("ACCOUNTS", asksForToken ? "required" : "none");
        routes.get("/", context -> send(context, index), ReportsRole.OPEN);
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
