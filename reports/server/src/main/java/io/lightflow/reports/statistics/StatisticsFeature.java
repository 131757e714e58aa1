package io.lightflow.reports.statistics;

import io.javalin.config.RoutesConfig;
import io.lightflow.database.KeyTable;
import io.lightflow.reports.http.Feature;
import io.lightflow.reports.http.ReportsJson;
import io.lightflow.reports.http.ReportsRole;
import io.lightflow.reports.query.QueryEndpoint;
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
    private final InvalidTraffic invalidTraffic;

    /** @param queries answers what the statistics have no rows for */
    public StatisticsFeature(Sql replica, InstantSource clock, QueryEndpoint queries) {
        EventFigures events = new EventFigures(replica, queries);
        adCount = new AdCount(replica, events);
        popularAds = new PopularAds(new SliceCache(replica), events, clock);
        invalidTraffic = new InvalidTraffic(events);
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
                "invalid_by", String.join(", ", InvalidTraffic.BY),
                "explore_by", CubeChoice.names(Exploration.BY),
                "measures", String.join(", ", Measure.NAMES));
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/v1/ads/popular_ads", ReportsJson.handler(popularAds::answer), ReportsRole.VIEWER);
        routes.get("/v1/ads/{ad_id}/aggregated_count", ReportsJson.handler(adCount::answer), ReportsRole.VIEWER);
        routes.get("/v1/campaigns/{id}/series", campaignSeries::answer, ReportsRole.VIEWER);
        routes.get("/v1/explore", exploration::answer, ReportsRole.VIEWER);
        routes.get("/v1/invalid_traffic", invalidTraffic::answer, ReportsRole.VIEWER);
    }
}
