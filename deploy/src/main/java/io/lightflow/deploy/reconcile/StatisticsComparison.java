package io.lightflow.deploy.reconcile;

import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.database.StatisticsTable;
import io.lightflow.database.StorableString;
import io.lightflow.deploy.reconcile.StatisticsHour.Bucket;
import io.lightflow.deploy.reconcile.StatisticsHour.RowKey;
import io.lightflow.position.Position;
import io.lightflow.position.TopicPosition;
import io.lightflow.statistics.Statistics;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Compares PostgreSQL's rows with the joined events up to the positions that the rows are as of. Sums by campaign and
 * currency come first. Where they differ, the rows are compared by all their dimensions.
 */
final class StatisticsComparison {
    /** The joined tables that are counted. */
    static final List<ArchiveTable> COUNTED =
            List.of(ArchiveTable.JOINED_IMPRESSIONS, ArchiveTable.JOINED_CLICKS, ArchiveTable.JOINED_CONVERSIONS);

    private static final String IMPRESSION_TOPIC = ".impressions";

    private final ScratchDatabase database;
    private final long begin;
    private final StatisticsHour statistics;

    /**
     * The result.
     *
     * @param groups whose joined events were counted: all that are counted into the same rows
     * @param tables that were compared
     * @param sums of a campaign and a currency that were compared, of all tables
     * @param joined the sum of the joined events
     * @param notes what was not compared, and why
     */
    record Result(
            List<String> groups,
            List<String> tables,
            long sums,
            String joined,
            long differenceCount,
            List<Difference> differences,
            List<String> notes) {}

    /**
     * Joined events to count.
     *
     * @param rows name of a table or a view with the columns of {@link EventColumns#counted}
     */
    record Source(ArchiveTable table, String rows) {}

    /** @param begin first ms of the hour */
    StatisticsComparison(ScratchDatabase database, long begin, StatisticsHour statistics) {
        this.database = database;
        this.begin = begin;
        this.statistics = statistics;
    }

    /** Compares. @param positions up to which the rows count joined events, by group */
    Result compare(
            SortedMap<String, SortedMap<Integer, Position>> positions, List<Source> sources, List<String> notes) {
        createPositions(positions);
        database.execute("CREATE OR REPLACE VIEW counted AS "
                + sources.stream().map(this::counted).collect(Collectors.joining(" UNION ALL ")));
        database.execute("CREATE OR REPLACE TEMP TABLE counted_sums AS SELECT campaign, currency, " + sums()
                + " FROM counted GROUP BY campaign, currency");
        Map<Bucket, Set<Bucket>> stored = new HashMap<>();
        Map<Bucket, StatisticsSums> expected = new HashMap<>();
        database.query("SELECT * FROM counted_sums", row -> {
            Bucket own = new Bucket(row.getString(1), row.getString(2));
            Bucket as = new Bucket(StorableString.of(own.campaign()), StorableString.of(own.currency()));
            stored.computeIfAbsent(as, absent -> new LinkedHashSet<>()).add(own);
            return expected.merge(as, StatisticsSums.of(row, 3), StatisticsSums::plus);
        });
        Differences differences = new Differences();
        List<String> allNotes = new ArrayList<>(notes);
        List<String> tables = new ArrayList<>();
        long sums = 0;
        for (StatisticsTable table : tables(allNotes)) {
            tables.add(table.viewName());
            Map<Bucket, StatisticsSums> found = statistics.sums(table);
            Set<Bucket> buckets = new TreeSet<>(expected.keySet());
            buckets.addAll(found.keySet());
            sums += buckets.size();
            for (Bucket bucket : buckets) {
                StatisticsSums of = expected.getOrDefault(bucket, StatisticsSums.NOTHING);
                StatisticsSums in = found.getOrDefault(bucket, StatisticsSums.NOTHING);
                if (of.equals(in)) {
                    continue;
                }
                if (differences.count() < Differences.MAX_NAMED) {
                    narrow(table, bucket, stored.getOrDefault(bucket, Set.of()), differences);
                } else {
                    differences.add(Difference.ofRow(table.viewName() + " " + bucket, words(of, in)));
                }
            }
        }
        return new Result(
                List.copyOf(positions.keySet()),
                tables,
                sums,
                expected.values().stream()
                        .reduce(StatisticsSums.NOTHING, StatisticsSums::plus)
                        .toString(),
                differences.count(),
                differences.named(),
                allNotes);
    }

    private List<StatisticsTable> tables(List<String> notes) {
        List<StatisticsTable> tables = new ArrayList<>();
        for (StatisticsTable table : StatisticsTable.values()) {
            if (table.stepMs() > Statistics.HOUR_MS) {
                continue;
            }
            statistics
                    .keptOnlyFrom(table)
                    .ifPresentOrElse(
                            from -> notes.add(
                                    table.viewName() + " was not compared: it is complete from " + from + " on only"),
                            () -> tables.add(table));
        }
        return tables;
    }

    private void createPositions(SortedMap<String, SortedMap<Integer, Position>> positions) {
        database.execute("CREATE OR REPLACE TABLE summed (topic VARCHAR, incarnation INTEGER, shard INTEGER,"
                + " next_offset BIGINT)");
        database.append("summed", rows -> {
            for (SortedMap<Integer, Position> shards : positions.values()) {
                for (Map.Entry<Integer, Position> shard : shards.entrySet()) {
                    for (Map.Entry<String, TopicPosition> topic :
                            shard.getValue().topics().entrySet()) {
                        for (TopicPosition.Incarnation at : topic.getValue().incarnations()) {
                            rows.beginRow()
                                    .append(topic.getKey())
                                    .append(at.id())
                                    .append((int) shard.getKey())
                                    .append(at.nextOffset())
                                    .endRow();
                        }
                    }
                }
            }
        });
    }

    private String counted(Source source) {
        String type =
                switch (source.table()) {
                    case JOINED_IMPRESSIONS -> "impression";
                    case JOINED_CLICKS -> "click";
                    default -> "conversion";
                };
        return "SELECT '" + type + "' AS type, event_ms, invalid, spend, revenue, campaign, creative, advertiser,"
                + " exchange, publisher, country, region, device,"
                // Archived rows of earlier builds lack these columns.
                + " coalesce(browser, '') AS browser, coalesce(operating_system, '') AS operating_system,"
                + " left(origin_topic, length(origin_topic) - " + IMPRESSION_TOPIC.length() + ") AS data_center,"
                + " CASE WHEN own_currency = '' THEN impression_currency ELSE own_currency END AS currency FROM "
                + source.rows() + " JOIN summed s USING (topic, incarnation, shard) WHERE record_offset < s.next_offset"
                + " AND NOT unreadable AND coalesce(attribution, '') <> 'NONE' AND event_ms >= " + begin
                + " AND event_ms < " + (begin + Statistics.HOUR_MS);
    }

    /** In the order of {@link StatisticsTable#COUNT_COLUMNS}. */
    private static String sums() {
        Stream<String> counts = Stream.of("NOT invalid", "invalid")
                .flatMap(valid -> Stream.of("impression", "click", "conversion")
                        .map(type -> "count(*) FILTER (WHERE type = '" + type + "' AND " + valid + ")"));
        Stream<String> money = Stream.of("spend", "revenue")
                .map(amount -> "CAST(coalesce(sum(" + amount + ") FILTER (WHERE NOT invalid), 0) AS VARCHAR)");
        return Stream.concat(counts, money).collect(Collectors.joining(", "));
    }

    private void narrow(StatisticsTable table, Bucket bucket, Set<Bucket> own, Differences differences) {
        Map<RowKey, StatisticsSums> expected = new TreeMap<>();
        String dimensions = String.join(", ", table.cube().columns());
        for (Bucket each : own) {
            database.query(
                    "SELECT event_ms - event_ms % " + table.stepMs() + " AS row_ms, " + dimensions + ", " + sums()
                            + " FROM counted WHERE campaign = " + ScratchDatabase.text(each.campaign())
                            + " AND currency = " + ScratchDatabase.text(each.currency()) + " GROUP BY row_ms, "
                            + dimensions,
                    row -> expected.merge(
                            storable(RowKey.of(Instant.ofEpochMilli(row.getLong(1)), table, row, 2)),
                            StatisticsSums.of(row, 2 + table.cube().columns().size()),
                            StatisticsSums::plus));
        }
        Map<RowKey, StatisticsSums> found = statistics.rows(table, bucket);
        Set<RowKey> keys = new TreeSet<>(expected.keySet());
        keys.addAll(found.keySet());
        for (RowKey key : keys) {
            StatisticsSums of = expected.getOrDefault(key, StatisticsSums.NOTHING);
            StatisticsSums in = found.getOrDefault(key, StatisticsSums.NOTHING);
            if (!of.equals(in)) {
                differences.add(Difference.ofRow(key.describe(table), words(of, in)));
            }
        }
    }

    private static String words(StatisticsSums joined, StatisticsSums row) {
        return "the joined events sum up to " + joined + ", the row has " + row;
    }

    private static RowKey storable(RowKey key) {
        return new RowKey(
                key.time(), key.dimensions().stream().map(StorableString::of).toList());
    }
}
