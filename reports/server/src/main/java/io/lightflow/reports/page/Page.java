package io.lightflow.reports.page;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.lightflow.reports.http.Feature;
import io.lightflow.reports.http.Role;
import io.lightflow.service.sql.Sql;
import java.util.List;

/** {@code /}: a dashboard for people. It holds no figures: its scripts ask for them with the token that is pasted. */
public final class Page implements Feature {
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
    public Page(Sql replica, boolean asksForToken) {
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
        Asset index = Asset.read("index.html").with("ACCOUNTS", asksForToken ? "required" : "none");
        routes.get("/", context -> send(context, index), Role.OPEN);
        for (String file : FILES) {
            Asset asset = Asset.read(file);
            routes.get("/page/" + file, context -> send(context, asset), Role.OPEN);
        }
    }

    /** A browser asks each time whether its copy is still the same: after an update, no file is older than another. */
    private static void send(Context context, Asset asset) {
        context.header("Cache-Control", "no-cache").header("ETag", asset.tag());
        if (asset.tag().equals(context.header("If-None-Match"))) {
            context.status(304);
        } else {
            context.contentType(asset.type()).result(asset.bytes());
        }
    }
}
