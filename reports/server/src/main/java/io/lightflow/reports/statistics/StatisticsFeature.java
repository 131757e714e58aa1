package io.lightflow.reports.statistics;

import io.javalin.config.RoutesConfig;
import io.lightflow.database.KeyTable;
import io.lightflow.reports.http.Feature;
import io.lightflow.reports.http.ReportsJson;
import io.lightflow.reports.http.ReportsRole;
import io.lightflow.service.sql.Sql;
import io.lightflow.statistics.Dimension;
import java.time.InstantSource;
import java.util.Map;
import java.util.stream.Collectors;

/** The paths of statistics. */
public final class StatisticsFeature implements Feature {
    private final AdCount adCount;
    private final PopularAds popularAds;
    private final CampaignSeries campaignSeries;
    private final Exploration exploration;

    public StatisticsFeature(Sql replica, InstantSource clock) {
        adCount = new AdCount(replica);
        popularAds = new PopularAds(new SliceCache(replica), clock);
        SeriesReader reader = new SeriesReader(replica);
        campaignSeries = new CampaignSeries(reader);
        exploration = new Exploration(reader);
    }

    @Override
    public String description() {
        return "statistics.yaml";
    }

    @Override
    public Map<String, String> descriptionValues() {
        return Map.of(
                "dimensions", Dimension.all().stream().map(Dimension::column).collect(Collectors.joining("|")),
                "together", CubeChoice.together(),
                "ad_dimensions", CubeChoice.names(KeyTable.AD.dimensions()),
                "by", CubeChoice.names(CampaignSeries.BY),
                "explore_by", CubeChoice.names(Exploration.BY),
                "measures", String.join(", ", Measure.NAMES));
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/v1/ads/popular_ads", ReportsJson.handler(popularAds::answer), ReportsRole.VIEWER);
        routes.get("/v1/ads/{ad_id}/aggregated_count", ReportsJson.handler(adCount::answer), ReportsRole.VIEWER);
        routes.get("/v1/campaigns/{id}/series", campaignSeries::answer, ReportsRole.VIEWER);
        routes.get("/v1/explore", exploration::answer, ReportsRole.VIEWER);
    }
}
