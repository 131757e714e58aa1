package io.lightflow.reports.statistics;

import com.fasterxml.jackson.databind.JsonNode;
import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Dimension;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsKey;
import java.time.Instant;
import java.util.List;
import java.util.Random;

/** Statistics of few ads in many places. */
final class RandomStatistics {
    private static final List<String> COUNTRIES = List.of("DE", "FR", "US");
    private static final List<String> DEVICES = List.of("phone", "desktop");
    private static final List<String> DATA_CENTERS = List.of("us-west", "us-east");

    private RandomStatistics() {}

    /**
     * Counts something of ad {@code r<number>} of campaign {@code c<number % 4>} and advertiser {@code a<number % 2>}.
     */
    static void add(Statistics statistics, Instant minute, int number, Random random) {
        Counts counts = statistics.minute(StatisticsKey.of(minute.toEpochMilli())
                .with(Dimension.CAMPAIGN, "c" + number % 4)
                .with(Dimension.CREATIVE, "r" + number)
                .with(Dimension.ADVERTISER, "a" + number % 2)
                .with(Dimension.EXCHANGE, "x" + random.nextInt(2))
                .with(Dimension.PUBLISHER, "p:" + random.nextInt(3))
                .with(Dimension.COUNTRY, COUNTRIES.get(random.nextInt(3)))
                .with(Dimension.REGION, Integer.toString(random.nextInt(3)))
                .with(Dimension.DEVICE, DEVICES.get(random.nextInt(2)))
                .with(Dimension.BROWSER, "b" + random.nextInt(2))
                .with(Dimension.OPERATING_SYSTEM, number % 3 == 0 ? "iOS" : "Android")
                .with(Dimension.DATA_CENTER, DATA_CENTERS.get(random.nextInt(2)))
                .with(Dimension.CURRENCY, number == 7 ? "EUR" : "USD"));
        counts.impressions += 1 + random.nextInt(100);
        counts.clicks += random.nextInt(5);
        counts.conversions += random.nextInt(2);
        counts.invalidClicks += random.nextInt(2);
        counts.spendMicros += random.nextInt(1_000_000);
        counts.revenueMicros += random.nextInt(5_000_000);
    }

    /** The counts of a row of an answer. */
    static Counts counts(JsonNode row) {
        Counts counts = new Counts();
        counts.impressions = row.path("impressions").asLong();
        counts.clicks = row.path("clicks").asLong();
        counts.conversions = row.path("conversions").asLong();
        counts.invalidClicks = row.path("invalid_clicks").asLong();
        counts.spendMicros = row.path("spend_micros").asLong();
        counts.revenueMicros = row.path("revenue_micros").asLong();
        return counts;
    }
}
