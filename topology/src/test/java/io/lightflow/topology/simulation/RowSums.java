package io.lightflow.topology.simulation;

import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.Impression;
import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Dimension;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsKey;
import io.lightflow.topology.postgres.WrittenRows;
import io.lightflow.topology.postgres.WrittenRows.Row;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;

/**
 * The rows that the statistics tables must hold, counted event by event. It shares no code with the topology's
 * counting.
 */
final class RowSums {
    private final Map<Row, Counts> counts = new HashMap<>();
    private final Map<Row, BigInteger> spend = new HashMap<>();
    private final Map<Row, BigInteger> revenue = new HashMap<>();

    /** @param dataCenter of the impression */
    void add(Impression impression, String dataCenter, boolean invalid) {
        Counts one = new Counts();
        one.impressions = invalid ? 0 : 1;
        one.invalidImpressions = invalid ? 1 : 0;
        one.spendMicros = invalid ? 0 : impression.getPriceMicros();
        add(impression.getTime(), impression, dataCenter, impression.getCurrency(), one);
    }

    /** @param dataCenter of the impression */
    void add(Click click, Impression impression, String dataCenter, boolean invalid) {
        Counts one = new Counts();
        one.clicks = invalid ? 0 : 1;
        one.invalidClicks = invalid ? 1 : 0;
        one.spendMicros = invalid ? 0 : click.getPriceMicros();
        add(click.getTime(), impression, dataCenter, click.getCurrency(), one);
    }

    /** @param dataCenter of the impression */
    void add(Conversion conversion, Impression impression, String dataCenter, boolean invalid) {
        Counts one = new Counts();
        one.conversions = invalid ? 0 : 1;
        one.invalidConversions = invalid ? 1 : 0;
        one.revenueMicros = invalid ? 0 : conversion.getRevenueMicros();
        add(conversion.getTime(), impression, dataCenter, conversion.getCurrency(), one);
    }

    private void add(long time, Impression impression, String dataCenter, String currency, Counts one) {
        StatisticsKey minute = StatisticsKey.of(time - Math.floorMod(time, Statistics.MINUTE_MS));
        for (Dimension dimension : Dimension.all()) {
            minute = minute.with(
                    dimension,
                    switch (dimension) {
                        case DATA_CENTER -> dataCenter;
                        case CURRENCY -> currency.isEmpty() ? impression.getCurrency() : currency;
                        default -> (String) impression.get(dimension.field().replace("impression.", ""));
                    });
        }
        for (Row row : WrittenRows.rows(minute)) {
            spend.merge(row, BigInteger.valueOf(one.spendMicros), BigInteger::add);
            revenue.merge(row, BigInteger.valueOf(one.revenueMicros), BigInteger::add);
            Counts sum = counts.computeIfAbsent(row, absent -> new Counts());
            sum.impressions += one.impressions;
            sum.clicks += one.clicks;
            sum.conversions += one.conversions;
            sum.invalidImpressions += one.invalidImpressions;
            sum.invalidClicks += one.invalidClicks;
            sum.invalidConversions += one.invalidConversions;
        }
    }

    /** Adds up rows that differ only in their data center. */
    static Map<Row, Counts> withoutDataCenter(Map<Row, Counts> rows) {
        Map<Row, Counts> sums = new HashMap<>();
        rows.forEach((row, counts) -> sums.computeIfAbsent(
                        new Row(row.table(), row.key().with(Dimension.DATA_CENTER, "")), absent -> new Counts())
                .add(counts));
        return sums;
    }

    Map<Row, Counts> rows() {
        counts.forEach((row, sum) -> sum.setMoney(spend.get(row), revenue.get(row)));
        return counts;
    }
}
