package io.lightflow.deploy.reconcile;

import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.deploy.reconcile.Difference.Place;
import io.lightflow.deploy.reconcile.Difference.What;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Compares the records of topics with the rows of their table: the same ids, times, amounts, currencies and campaigns
 * at the same places. Sums by topic-partition, campaign and currency come first. Only partitions whose sums differ are
 * compared row by row.
 */
final class TableComparison {
    /** Offsets of a topic-partition that were read; the table is compared within them. */
    private static final String RANGES = "ranges";

    private static final String PLACE = Place.COLUMNS;
    private static final String BUCKET = "topic, incarnation, shard, campaign, currency";

    private final ScratchDatabase database;

    TableComparison(ScratchDatabase database) {
        this.database = database;
        database.execute("CREATE OR REPLACE TABLE " + RANGES + " (name VARCHAR, topic VARCHAR, incarnation INTEGER,"
                + " shard INTEGER, from_offset BIGINT, to_offset BIGINT)");
    }

    /**
     * The result for one table.
     *
     * @param table its name
     * @param topics sum of the records of the topics
     * @param archive sum of the rows of the table that are compared with them
     * @param notCompared rows of the table whose records the topics do not have any more, or that were not read
     * @param campaigns all rows of the table, by campaign and currency; empty where events have none
     * @param notes what was not compared, and why
     */
    record Result(
            String table,
            SetSum topics,
            SetSum archive,
            long notCompared,
            List<CampaignSum> campaigns,
            long differenceCount,
            List<Difference> differences,
            List<String> notes) {}

    /** The rows of a campaign and a currency. */
    record CampaignSum(String campaign, String currency, SetSum sum) {}

    /** The name of the rows of the topics. */
    static String ofTopics(ArchiveTable table) {
        return "topic_" + table.tableName();
    }

    /** The name of the rows of the table. */
    static String ofArchive(ArchiveTable table) {
        return "archive_" + table.tableName();
    }

    /** Takes note of the offsets that were read. */
    void addRanges(ArchiveTable table, List<ReadRange> ranges) {
        database.append(RANGES, rows -> {
            for (ReadRange range : ranges) {
                rows.beginRow()
                        .append(table.tableName())
                        .append(range.topic())
                        .append(range.incarnation())
                        .append(range.partition())
                        .append(range.from())
                        .append(range.to())
                        .endRow();
            }
        });
    }

    /** Compares a table. Both sides are there, under {@link #ofTopics} and {@link #ofArchive}. */
    Result compare(ArchiveTable table, List<String> notes) {
        String rows = "(SELECT a.*, r.name IS NOT NULL AS compared FROM " + ofArchive(table) + " a LEFT JOIN " + RANGES
                + " r ON r.name = '" + table.tableName() + "' AND r.topic = a.topic AND r.incarnation = a.incarnation"
                + " AND r.shard = a.shard AND a.record_offset >= r.from_offset AND a.record_offset < r.to_offset)";
        sum("sums_of_topics", "(SELECT *, true AS compared FROM " + ofTopics(table) + ")");
        sum("sums_of_archive", rows);
        Differences differences = new Differences();
        List<String> allNotes = new ArrayList<>(notes);
        database.execute(
                "CREATE OR REPLACE TEMP TABLE differing AS SELECT DISTINCT coalesce(t.topic, a.topic) AS topic,"
                        + " coalesce(t.incarnation, a.incarnation) AS incarnation, coalesce(t.shard, a.shard) AS shard"
                        + " FROM sums_of_topics t FULL JOIN (FROM sums_of_archive WHERE compared) a ON " + same(BUCKET)
                        + " WHERE (t.n, t.money, t.high, t.low) IS DISTINCT FROM (a.n, a.money, a.high, a.low)");
        if (database.count("differing") > 0) {
            narrow(table, "(FROM " + rows + " WHERE compared)", differences, allNotes);
        }
        return new Result(
                table.tableName(),
                total("sums_of_topics"),
                total("sums_of_archive WHERE compared"),
                total("sums_of_archive WHERE NOT compared").rows(),
                campaigns(),
                differences.count(),
                differences.named(),
                allNotes);
    }

    private List<CampaignSum> campaigns() {
        SortedMap<StatisticsHour.Bucket, SetSum> sums = new TreeMap<>();
        database.query(
                "SELECT campaign, currency, " + SetSum.READ + " FROM (SELECT coalesce(campaign, '') AS campaign,"
                        + " coalesce(currency, '') AS currency, " + SetSum.TOTAL
                        + " FROM sums_of_archive GROUP BY ALL)",
                row -> sums.put(new StatisticsHour.Bucket(row.getString(1), row.getString(2)), SetSum.of(row, 3)));
        List<CampaignSum> campaigns = new ArrayList<>();
        sums.forEach((bucket, sum) -> campaigns.add(new CampaignSum(bucket.campaign(), bucket.currency(), sum)));
        return campaigns;
    }

    private void sum(String name, String from) {
        database.execute("CREATE OR REPLACE TEMP TABLE " + name + " AS SELECT " + BUCKET + ", compared, "
                + SetSum.COLUMNS + " FROM " + SetSum.hashed(from) + " GROUP BY " + BUCKET + ", compared");
    }

    private SetSum total(String sums) {
        return database.query(
                        "SELECT " + SetSum.READ + " FROM (SELECT " + SetSum.TOTAL + " FROM " + sums + ")",
                        row -> SetSum.of(row, 1))
                .get(0);
    }

    private static String same(String columns) {
        List<String> conditions = new ArrayList<>();
        for (String column : columns.split(", ")) {
            conditions.add("t." + column + " IS NOT DISTINCT FROM a." + column);
        }
        return String.join(" AND ", conditions);
    }

    private void narrow(ArchiveTable table, String inRange, Differences differences, List<String> notes) {
        String differing = " SEMI JOIN differing USING (topic, incarnation, shard)";
        database.execute("CREATE OR REPLACE TEMP TABLE t AS SELECT * FROM " + ofTopics(table) + differing);
        database.execute("CREATE OR REPLACE TEMP TABLE a AS SELECT * FROM " + inRange + differing);
        String name = table.tableName();
        differences.addAll(
                database,
                "SELECT " + PLACE + " FROM t ANTI JOIN a USING (" + PLACE + ")",
                PLACE,
                row -> Difference.of(
                        What.NOT_IN_TABLE, Place.of(row, 1), "the record has no row in the table " + name));
        differences.addAll(
                database,
                "SELECT " + PLACE + " FROM a ANTI JOIN t USING (" + PLACE + ")",
                PLACE,
                row -> Difference.of(
                        What.NOT_IN_TOPIC,
                        Place.of(row, 1),
                        "the table " + name + " has a row, but the topic has no record of the hour there"));
        differences.addAll(
                database,
                "SELECT " + PLACE + ", count(*) AS n FROM a GROUP BY " + PLACE + " HAVING count(*) > 1",
                PLACE,
                row -> Difference.of(
                        What.TWICE_IN_TABLE,
                        Place.of(row, 1),
                        "the table " + name + " has " + row.getLong(5) + " rows of the record"));
        String content = "id, event_ms, amount, currency, campaign";
        String both = " FROM t JOIN a USING (" + PLACE + ") WHERE (t.unreadable OR NOT a.unreadable) AND ("
                + of("t", content) + ") IS DISTINCT FROM (" + of("a", content) + ")";
        differences.addAll(
                database,
                "SELECT DISTINCT t.topic, t.incarnation, t.shard, t.record_offset, " + words("t") + " AS expected, "
                        + words("a") + " AS found" + both,
                PLACE,
                row -> Difference.of(
                        What.OTHER_IN_TABLE,
                        Place.of(row, 1),
                        "the record is " + row.getString(5) + ", the row of the table " + name + " is "
                                + row.getString(6)));
        long asBytes = database.count("t JOIN a USING (" + PLACE + ") WHERE a.unreadable AND NOT t.unreadable");
        if (asBytes > 0) {
            notes.add(name + " has " + asBytes + " rows with bytes only, since their schema was unknown when they were"
                    + " archived: their ids and amounts were not compared");
        }
    }

    private static String of(String alias, String columns) {
        return alias + "." + columns.replace(", ", ", " + alias + ".");
    }

    /** An event as a text. */
    static String words(String alias) {
        return "concat('event ', " + alias + ".id, ' of ', epoch_ms(" + alias + ".event_ms), ', campaign ', " + alias
                + ".campaign, ', ', " + alias + ".amount, ' micros ', " + alias + ".currency)";
    }
}
