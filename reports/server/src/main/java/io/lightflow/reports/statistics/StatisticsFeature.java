package io.lightflow.reports.statistics;

import io.javalin.config.RoutesConfig;
import io.lightflow.reports.http.Feature;
import io.lightflow.reports.http.Json;
import io.lightflow.reports.http.Role;
import io.lightflow.service.sql.Sql;
import java.time.InstantSource;

/** The paths of statistics. */
public final class StatisticsFeature implements Feature {
    private final AdCount adCount;
    private final PopularAds popularAds;
    private final CampaignSeries campaignSeries;

    public StatisticsFeature(Sql replica, InstantSource clock) {
        adCount = new AdCount(replica);
        popularAds = new PopularAds(new RecentRows(replica), clock);
        campaignSeries = new CampaignSeries(replica);
    }

    @Override
    public String description() {
        return "statistics.yaml";
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/v1/ads/popular_ads", Json.answer(popularAds::answer), Role.VIEWER);
        routes.get("/v1/ads/{ad_id}/aggregated_count", Json.answer(adCount::answer), Role.VIEWER);
        routes.get("/v1/campaigns/{id}/series", campaignSeries::answer, Role.VIEWER);
    }
}
