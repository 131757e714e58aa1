package io.lightflow.topology.postgres;

import io.lightflow.position.Books;
import io.lightflow.position.Position;
import io.lightflow.position.TopicPosition;
import io.lightflow.position.TopicPosition.Incarnation;
import io.lightflow.sink.Commit;
import io.lightflow.sink.ShardMove;
import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Dimension;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsKey;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/** Statistics and positions for tests. */
final class StatisticsSamples {
    static final long MORNING = Instant.parse("2013-06-05T08:00:00Z").toEpochMilli();

    private StatisticsSamples() {}

    static StatisticsKey key(long time, int number) {
        return StatisticsKey.of(time)
                .with(Dimension.CAMPAIGN, "campaign-" + number % 200)
                .with(Dimension.CREATIVE, "creative-" + number % 2000)
                .with(Dimension.ADVERTISER, "advertiser-" + number % 40)
                .with(Dimension.EXCHANGE, "exchange-" + number % 4)
                .with(Dimension.PUBLISHER, "publisher-" + number / 100)
                .with(Dimension.COUNTRY, new String[] {"US", "DE", "FR", "CN"}[number % 4])
                .with(Dimension.REGION, "region-" + number / 2000)
                .with(Dimension.DEVICE, number % 3 == 0 ? "phone" : "desktop")
                .with(Dimension.DATA_CENTER, number / 100 % 2 == 0 ? "us-east" : "us-west")
                .with(Dimension.CURRENCY, "USD");
    }

    /** One row with so many impressions and micros. */
    static Statistics one(long amount) {
        Statistics statistics = new Statistics();
        add(statistics, key(MORNING, 1), amount);
        return statistics;
    }

    static void add(Statistics statistics, StatisticsKey key, long amount) {
        Counts counts = statistics.minute(key);
        counts.impressions += amount;
        counts.spendMicros += amount * 3;
    }

    /** So many events at random in minutes {@code [from, to)} after {@link #MORNING}, over so many dimensions. */
    static Statistics random(Random random, int events, int from, int to, int dimensions) {
        Statistics statistics = new Statistics();
        for (int i = 0; i < events; i++) {
            long time = MORNING + random.nextInt(from, to) * Statistics.MINUTE_MS;
            add(statistics, key(time, random.nextInt(dimensions)), 1);
        }
        return statistics;
    }

    static Position at(long offset) {
        TreeMap<String, TopicPosition> topics = new TreeMap<>();
        topics.put("us.joined.clicks", new TopicPosition(List.of(new Incarnation(0x1a2b3c4d, offset)), MORNING));
        return offset == 0 ? Position.START : new Position(topics, MORNING + offset, offset, Books.EMPTY);
    }

    static List<Commit<Statistics>> commit(int shard, long from, long to, Statistics statistics) {
        return List.of(new Commit<>(List.of(new ShardMove(shard, at(from), at(to))), statistics));
    }
}
