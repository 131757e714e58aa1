package io.lightflow.topology.simulation;

import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.Impression;
import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsKey;
import io.lightflow.topology.postgres.WrittenRows;
import java.util.Map;
import java.util.TreeMap;

/** What the statistics tables must hold, counted event by event. It shares no code with the counting of the topology. */
final class RowSums {
    private final Map<String, Counts> rows = new TreeMap<>();

    void add(Impression impression) {
        Counts one = new Counts();
        one.impressions = 1;
        one.spendMicros = impression.getPriceMicros();
        add(impression.getTime(), impression, impression.getCurrency(), one);
    }

    void add(Click click, Impression impression) {
        Counts one = new Counts();
        one.clicks = 1;
        one.spendMicros = click.getPriceMicros();
        add(click.getTime(), impression, click.getCurrency(), one);
    }

    void add(Conversion conversion, Impression impression) {
        Counts one = new Counts();
        one.conversions = 1;
        one.revenueMicros = conversion.getRevenueMicros();
        add(conversion.getTime(), impression, conversion.getCurrency(), one);
    }

    private void add(long time, Impression impression, String currency, Counts one) {
        StatisticsKey minute = new StatisticsKey(
                time - Math.floorMod(time, Statistics.MINUTE_MS),
                impression.getCampaignId(),
                impression.getCreativeId(),
                impression.getAdvertiserId(),
                impression.getExchange(),
                impression.getPublisher(),
                impression.getCountry(),
                impression.getDevice(),
                currency.isEmpty() ? impression.getCurrency() : currency);
        for (String name : WrittenRows.names(minute)) {
            rows.computeIfAbsent(name, absent -> new Counts()).add(one);
        }
    }

    /** By the names of the rows. */
    Map<String, Counts> rows() {
        return rows;
    }
}
