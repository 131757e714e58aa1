package io.lightflow.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.event.BeaconMark;
import io.lightflow.event.Block;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BlockPart;
import io.lightflow.event.EventType;
import io.lightflow.position.Books.Entry;
import io.lightflow.position.GapException;
import io.lightflow.position.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Every joined event is added to its row once, however blocks are cut and replayed. */
class StatisticsStepTest {
    private static final long T0 = 19_723L * Statistics.DAY_MS;

    @Test
    void sumsAreThoseOfBruteForceHoweverTheBlocksAreCut() {
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            List<StatisticsFact> facts = facts(random);
            Statistics rows = new Statistics();
            Position position = Position.START;
            long next = 0;
            while (next < facts.size()) {
                long from = Math.max(0, next - random.nextInt(4));
                long to = Math.min(facts.size(), next + random.nextInt(8));
                position = StatisticsStep.run(position, block(facts, from, to), 1, rows);
                next = Math.max(next, to);
            }
            assertThat(rows.minutes()).as("seed %s", seed).isEqualTo(sums(facts, Statistics.MINUTE_MS));
            assertThat(rows.rolledUp(Statistics.HOUR_MS)).isEqualTo(sums(facts, Statistics.HOUR_MS));
            assertThat(rows.rolledUp(Statistics.DAY_MS)).isEqualTo(sums(facts, Statistics.DAY_MS));
            assertThat(position.books().balanced()).isTrue();
            assertThat(position.books().total(Entry.IN)).isEqualTo(facts.size());
        }
    }

    @Test
    void invalidTrafficIsCountedApartAndHasNoMoney() {
        Statistics rows = new Statistics();
        StatisticsKey row = row(T0, "c", "EUR");
        StatisticsStep.run(
                Position.START,
                block(
                        List.of(
                                new StatisticsFact(0, EventType.IMPRESSION, T0, row, true, 5, 0),
                                new StatisticsFact(1, EventType.IMPRESSION, T0, row, false, 7, 0)),
                        0,
                        2),
                1,
                rows);
        Counts counts = rows.minute(row);
        assertThat(counts.impressions).isEqualTo(1);
        assertThat(counts.invalidImpressions).isEqualTo(1);
        assertThat(counts.spendMicros).isEqualTo(7);
    }

    @Test
    void currenciesAreNeverAddedUp() {
        Statistics rows = new Statistics();
        rows.minute(row(T0, "c", "EUR")).spendMicros = 1;
        rows.minute(row(T0, "c", "USD")).spendMicros = 2;
        assertThat(rows.size()).isEqualTo(2);
        assertThat(rows.rolledUp(Statistics.DAY_MS)).hasSize(2);
    }

    @Test
    void anUnattributedConversionIsInTheBooksAndInNoRow() {
        Statistics rows = new Statistics();
        Position after = StatisticsStep.run(
                Position.START, block(List.of(new UncountedEvent(0, EventType.CONVERSION, T0)), 0, 1), 1, rows);
        assertThat(rows.isEmpty()).isTrue();
        assertThat(after.books().get(EventType.CONVERSION, Entry.UNATTRIBUTED)).isEqualTo(1);
        assertThat(after.books().balanced()).isTrue();
    }

    @Test
    void aGapStopsBeforeAnythingIsAdded() {
        Statistics rows = new Statistics();
        List<StatisticsFact> facts = facts(new Random(1));
        assertThatThrownBy(() -> StatisticsStep.run(Position.START, block(facts, 1, 2), 1, rows))
                .isInstanceOf(GapException.class);
        assertThat(rows.isEmpty()).isTrue();
    }

    @Test
    void theWatermarkIsTheLeastBeaconAndNeverGoesBack() {
        Statistics rows = new Statistics();
        BlockPart impressions = part("us.joined.impressions", 1, 0, List.of(new BeaconMark(0, 9_000)));
        BlockPart clicks = part("us.joined.clicks", 2, 0, List.of(new BeaconMark(0, 7_000)));
        BlockPart none = part("us.joined.clicks", 2, 0, List.of());
        Position position = StatisticsStep.run(Position.START, new Block(0, List.of(none, impressions), 0), 1, rows);
        assertThat(position.watermark()).isEqualTo(Position.NO_TIME);
        position = StatisticsStep.run(position, new Block(0, List.of(clicks, impressions), 0), 1, rows);
        assertThat(position.watermark()).isEqualTo(7_000);
        BlockPart older = part("us.joined.clicks", 2, 1, List.of(new BeaconMark(1, 3_000)));
        position = StatisticsStep.run(position, new Block(0, List.of(older, impressions), 0), 1, rows);
        assertThat(position.watermark()).isEqualTo(7_000);
    }

    private static List<StatisticsFact> facts(Random random) {
        EventType[] types = {EventType.IMPRESSION, EventType.CLICK, EventType.CONVERSION};
        List<StatisticsFact> facts = new ArrayList<>();
        int count = 1 + random.nextInt(60);
        for (int i = 0; i < count; i++) {
            long time = T0 + random.nextLong(2 * Statistics.DAY_MS);
            long minute = time - time % Statistics.MINUTE_MS;
            facts.add(new StatisticsFact(
                    i,
                    types[random.nextInt(3)],
                    time,
                    row(minute, "campaign-" + random.nextInt(3), random.nextBoolean() ? "EUR" : "USD"),
                    random.nextInt(4) == 0,
                    random.nextLong(1L << 40),
                    random.nextLong(1L << 40)));
        }
        return facts;
    }

    private static Map<StatisticsKey, Counts> sums(List<StatisticsFact> facts, long stepMs) {
        Map<StatisticsKey, Counts> rows = new HashMap<>();
        for (StatisticsFact fact : facts) {
            Counts counts =
                    rows.computeIfAbsent(fact.row().at(fact.row().time() / stepMs * stepMs), absent -> new Counts());
            boolean good = !fact.invalid();
            switch (fact.type()) {
                case IMPRESSION -> {
                    counts.impressions += good ? 1 : 0;
                    counts.invalidImpressions += good ? 0 : 1;
                }
                case CLICK -> {
                    counts.clicks += good ? 1 : 0;
                    counts.invalidClicks += good ? 0 : 1;
                }
                default -> {
                    counts.conversions += good ? 1 : 0;
                    counts.invalidConversions += good ? 0 : 1;
                }
            }
            counts.spendMicros += good ? fact.spendMicros() : 0;
            counts.revenueMicros += good ? fact.revenueMicros() : 0;
        }
        return rows;
    }

    private static StatisticsKey row(long minute, String campaign, String currency) {
        return StatisticsKey.of(minute)
                .with(Dimension.CAMPAIGN, campaign)
                .with(Dimension.CREATIVE, "cr")
                .with(Dimension.ADVERTISER, "a")
                .with(Dimension.EXCHANGE, "x")
                .with(Dimension.PUBLISHER, "p")
                .with(Dimension.COUNTRY, "DE")
                .with(Dimension.REGION, "BE")
                .with(Dimension.DEVICE, "phone")
                .with(Dimension.DATA_CENTER, "eu")
                .with(Dimension.CURRENCY, currency);
    }

    private static Block block(List<? extends BlockEntry> entries, long from, long to) {
        List<BlockEntry> found = entries.stream()
                .filter(entry -> entry.offset() >= from && entry.offset() < to)
                .<BlockEntry>map(entry -> entry)
                .toList();
        return new Block(
                0, List.of(new BlockPart("us.joined.impressions", EventType.IMPRESSION, 1, from, to, false, found)), 0);
    }

    private static BlockPart part(String topic, int incarnation, long from, List<BlockEntry> entries) {
        return new BlockPart(topic, EventType.CLICK, incarnation, from, from + entries.size(), false, entries);
    }
}
