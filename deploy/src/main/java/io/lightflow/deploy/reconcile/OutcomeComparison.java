package io.lightflow.deploy.reconcile;

import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.deploy.reconcile.Difference.Place;
import io.lightflow.deploy.reconcile.Difference.What;
import io.lightflow.event.EventType;
import io.lightflow.position.Position;
import io.lightflow.position.TopicPosition;
import io.lightflow.topology.certificate.PossibleRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Compares the light events of the archive with the outputs of the archive. Every light event below the join's position
 * has exactly one output, or is a duplicate, or may still wait; and every output has its light event, of the same id,
 * time and amount. Both are matched by the origin that an output names.
 *
 * <p>Sums by topic-partition come first. Only partitions whose sums differ are compared row by row; so are all whose
 * events wait or are duplicates.
 */
final class OutcomeComparison {
    /** The view of rejected records, of any hour that may concern this one. */
    static final String REJECTED = "rejected_records";

    /** The view of joined impressions of the hours around this one. */
    static final String NEAR_IMPRESSIONS = "near_impressions";

    private static final String PLACE = Place.COLUMNS;
    private static final String PARTITION = "topic, incarnation, shard";

    private final ScratchDatabase database;
    private final PossibleRules rules;
    private final long begin;
    private final EarlierOutputs earlier;

    /** Outputs of hours further away. */
    @FunctionalInterface
    interface EarlierOutputs {
        /** Creates a view of the outputs of a table since an event time, with the columns that are compared. */
        void createView(String view, ArchiveTable table, long sinceMs);
    }

    /**
     * The fates of the light events of one type.
     *
     * @param in light events below the join's position
     * @param waiting events that may have no output yet
     * @param lost events that should have one
     */
    record Result(
            EventType type,
            long in,
            long joined,
            long orphaned,
            long unattributed,
            long rejected,
            long duplicate,
            long waiting,
            long lost,
            long differenceCount,
            List<Difference> differences) {}

    /**
     * @param counted positions of the join up to which light events are compared
     * @param decided later ones, up to which all timers must have fired
     * @param begin first ms of the hour
     */
    OutcomeComparison(
            ScratchDatabase database,
            PossibleRules rules,
            long begin,
            Map<Integer, Position> counted,
            Map<Integer, Position> decided,
            EarlierOutputs earlier) {
        this.database = database;
        this.rules = rules;
        this.begin = begin;
        this.earlier = earlier;
        database.execute("CREATE OR REPLACE TABLE positions (topic VARCHAR, incarnation INTEGER, shard INTEGER,"
                + " next_offset BIGINT)");
        database.append("positions", rows -> {
            for (Map.Entry<Integer, Position> shard : counted.entrySet()) {
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
        });
        database.execute("CREATE OR REPLACE TABLE watermarks (shard INTEGER, watermark BIGINT)");
        database.append("watermarks", rows -> {
            for (Map.Entry<Integer, Position> shard : decided.entrySet()) {
                rows.beginRow()
                        .append((int) shard.getKey())
                        .append(shard.getValue().watermark())
                        .endRow();
            }
        });
    }

    private static ArchiveTable light(EventType type) {
        return switch (type) {
            case IMPRESSION -> ArchiveTable.IMPRESSIONS;
            case CLICK -> ArchiveTable.CLICKS;
            case CONVERSION -> ArchiveTable.CONVERSIONS;
            case TAG -> ArchiveTable.TAGS;
        };
    }

    private static List<ArchiveTable> outputs(EventType type) {
        return switch (type) {
            case IMPRESSION -> List.of(ArchiveTable.JOINED_IMPRESSIONS);
            case CLICK -> List.of(ArchiveTable.JOINED_CLICKS, ArchiveTable.ORPHANS);
            case CONVERSION -> List.of(ArchiveTable.JOINED_CONVERSIONS);
            case TAG -> List.of(ArchiveTable.JOINED_TAGS);
        };
    }

    /** The tables that decide the fates of a type. */
    static List<ArchiveTable> tables(EventType type) {
        List<ArchiveTable> tables = new ArrayList<>(outputs(type));
        tables.add(light(type));
        tables.add(ArchiveTable.REJECTED);
        if (type == EventType.CLICK) {
            tables.add(ArchiveTable.JOINED_IMPRESSIONS);
        }
        return tables;
    }

    /** Compares a type. All its {@link #tables} are there, under their names as {@link TableComparison} has them. */
    Result compare(EventType type) {
        createViews(type);
        sum("light_sums", "light ANTI JOIN rejections USING (" + PLACE + ")", PARTITION);
        sum("output_sums", "outputs", PARTITION + ", fate");
        database.execute(
                "CREATE OR REPLACE TEMP TABLE differing AS SELECT DISTINCT coalesce(l.topic, o.topic) AS topic,"
                        + " coalesce(l.incarnation, o.incarnation) AS incarnation, coalesce(l.shard, o.shard) AS shard"
                        + " FROM light_sums l FULL JOIN (SELECT " + PARTITION + ", " + SetSum.TOTAL
                        + " FROM output_sums GROUP BY " + PARTITION + ") o USING (" + PARTITION + ")"
                        + " WHERE (l.n, l.money, l.high, l.low) IS DISTINCT FROM (o.n, o.money, o.high, o.low)");
        Differences differences = new Differences();
        long duplicate = 0;
        long waiting = 0;
        long lost = 0;
        if (database.count("differing") > 0) {
            compareRows(type, differences);
            duplicate = findUnmatched(type);
            waiting = database.count("unmatched WHERE why IS NULL");
            lost = database.count("unmatched") - waiting;
            differences.addAll(
                    database,
                    "SELECT " + PLACE + ", why, " + TableComparison.words("unmatched") + " AS words FROM unmatched"
                            + " WHERE why IS NOT NULL",
                    PLACE,
                    row -> Difference.of(
                            What.NOT_EMITTED, Place.of(row, 1), row.getString(5) + ": " + row.getString(6)));
        }
        findEmittedTwice(differences);
        long rejected = database.count("light SEMI JOIN rejections USING (" + PLACE + ")");
        return new Result(
                type,
                rows("light_sums") + rejected,
                rows("output_sums WHERE fate = 'joined'"),
                rows("output_sums WHERE fate = 'orphaned'"),
                rows("output_sums WHERE fate = 'unattributed'"),
                rejected,
                duplicate,
                waiting,
                lost,
                differences.count(),
                differences.named());
    }

    private void createViews(EventType type) {
        database.execute("CREATE OR REPLACE VIEW light AS SELECT e.* FROM " + TableComparison.ofArchive(light(type))
                + " e JOIN positions p USING (topic, incarnation, shard) WHERE e.record_offset < p.next_offset");
        database.execute("CREATE OR REPLACE VIEW outputs AS "
                + outputs(type).stream()
                        .map(table -> byOrigin(TableComparison.ofArchive(table), fate(table)))
                        .collect(Collectors.joining(" UNION ALL ")));
        database.execute("CREATE OR REPLACE VIEW rejections AS " + byOrigin(REJECTED, "'rejected'"));
    }

    private static String fate(ArchiveTable table) {
        return switch (table) {
            case ORPHANS -> "'orphaned'";
            case JOINED_CONVERSIONS -> "CASE WHEN attribution = 'NONE' THEN 'unattributed' ELSE 'joined' END";
            default -> "'joined'";
        };
    }

    /** Outputs by the place of their light event, if that is below the join's position. */
    private static String byOrigin(String outputs, String fate) {
        return "SELECT o.origin_topic AS topic, o.origin_incarnation AS incarnation, o.origin_shard AS shard,"
                + " o.origin_offset AS record_offset, o.topic AS output_topic, o.incarnation AS output_incarnation,"
                + " o.shard AS output_shard, o.record_offset AS output_offset, o.join_key, o.id, o.event_ms, o.amount,"
                + " o.currency, o.campaign, o.invalid, " + fate + " AS fate FROM " + outputs + " o JOIN positions p"
                + " ON p.topic = o.origin_topic AND p.incarnation = o.origin_incarnation AND p.shard = o.origin_shard"
                + " WHERE o.origin_offset < p.next_offset";
    }

    private void sum(String name, String from, String bucket) {
        database.execute("CREATE OR REPLACE TEMP TABLE " + name + " AS SELECT " + bucket + ", " + SetSum.COLUMNS
                + " FROM " + SetSum.hashed(from) + " GROUP BY " + bucket);
    }

    private long rows(String sums) {
        return database.query("SELECT coalesce(sum(n), 0) FROM " + sums, row -> row.getLong(1))
                .get(0);
    }

    private void compareRows(EventType type, Differences differences) {
        String differing = " SEMI JOIN differing USING (topic, incarnation, shard)";
        database.execute("CREATE OR REPLACE TEMP TABLE l AS SELECT * FROM light" + differing);
        database.execute("CREATE OR REPLACE TEMP TABLE o AS SELECT * FROM outputs" + differing);
        String output = "output_topic, output_incarnation, output_shard, output_offset";
        differences.addAll(
                database,
                "SELECT " + output + ", " + PLACE + " FROM o ANTI JOIN l USING (" + PLACE + ")",
                output,
                row -> Difference.of(
                        What.NO_LIGHT_EVENT,
                        Place.of(row, 1),
                        "the table " + light(type).tableName() + " has no event of the hour at its origin "
                                + Place.of(row, 5)));
        differences.addAll(
                database,
                "SELECT " + PLACE + ", string_agg(concat(output_topic, '-', output_shard, ' at offset ',"
                        + " output_offset), ', ' ORDER BY output_topic, output_offset) AS places FROM (SELECT * FROM o"
                        + " UNION ALL SELECT r.* FROM rejections r SEMI JOIN l USING (" + PLACE + ")) GROUP BY "
                        + PLACE + " HAVING count(*) > 1",
                PLACE,
                row -> Difference.of(
                        What.EMITTED_TWICE, Place.of(row, 1), "the event has several outputs: " + row.getString(5)));
        String content = type == EventType.IMPRESSION
                ? "id, event_ms, amount, currency, campaign"
                : "id, event_ms, amount, currency";
        differences.addAll(
                database,
                "SELECT " + output + ", " + TableComparison.words("l") + " AS light_event, "
                        + TableComparison.words("o") + " AS output_event FROM o JOIN l USING (" + PLACE
                        + ") WHERE (" + of("l", content) + ") IS DISTINCT FROM (" + of("o", content) + ")",
                output,
                row -> Difference.of(
                        What.OTHER_EVENT,
                        Place.of(row, 1),
                        "the light event is " + row.getString(5) + ", the output has " + row.getString(6)));
    }

    /** Copies of an event have different origins. One is emitted, unless the row of its key had outgrown its cap. */
    private void findEmittedTwice(Differences differences) {
        database.execute("CREATE OR REPLACE TEMP TABLE repeated AS SELECT hash(join_key, id) AS h FROM outputs"
                + " WHERE NOT invalid GROUP BY h HAVING count(*) > 1");
        if (database.count("repeated") == 0) {
            return;
        }
        differences.addAll(
                database,
                "SELECT join_key, id, min(topic) AS topic, string_agg(concat(output_topic, '-', output_shard,"
                        + " ' at offset ', output_offset), ', ' ORDER BY output_topic, output_offset) AS places,"
                        + " arg_min(incarnation, record_offset) AS incarnation, arg_min(shard, record_offset) AS shard,"
                        + " min(record_offset) AS record_offset FROM outputs"
                        + " WHERE NOT invalid AND hash(join_key, id) IN (SELECT h FROM repeated) GROUP BY join_key, id"
                        + " HAVING count(DISTINCT (topic, incarnation, shard, record_offset)) > 1",
                "id, join_key",
                row -> Difference.of(
                        What.EMITTED_TWICE,
                        new Place(row.getString(3), row.getInt(5), row.getInt(6), row.getLong(7)),
                        "event " + row.getString(2) + " was emitted for several of its copies: " + row.getString(4)));
    }

    private static String of(String alias, String columns) {
        return alias + "." + columns.replace(", ", ", " + alias + ".");
    }

    /**
     * Leaves in the table {@code unmatched} the events that have no output and are no duplicates, each with the reason
     * why it should have one, or null.
     *
     * @return the number of duplicates
     */
    private long findUnmatched(EventType type) {
        database.execute("CREATE OR REPLACE TEMP TABLE unmatched AS SELECT l.*, w.watermark,"
                + " CAST(NULL AS VARCHAR) AS why FROM l ANTI JOIN o USING (" + PLACE + ") ANTI JOIN rejections USING ("
                + PLACE + ") LEFT JOIN watermarks w USING (shard)");
        long before = database.count("unmatched");
        if (before == 0) {
            return 0;
        }
        // The semi-join looks the many outputs up among the few events, and not the other way round.
        database.execute("CREATE OR REPLACE TEMP TABLE same_ids AS SELECT id, join_key FROM outputs SEMI JOIN unmatched"
                + " USING (id, join_key)");
        database.execute("DELETE FROM unmatched u WHERE EXISTS (SELECT 1 FROM same_ids s WHERE s.id = u.id"
                + " AND s.join_key = u.join_key)");
        database.execute("UPDATE unmatched SET why = CASE WHEN unreadable"
                + " THEN 'the record is no event, but was not rejected' ELSE " + reason(type) + " END");
        if (type == EventType.CLICK) {
            requireJoined();
        }
        if (database.count("unmatched WHERE why IS NOT NULL AND NOT unreadable") > 0) {
            removeCopiesOfEarlierEvents(type);
        }
        return before - database.count("unmatched");
    }

    private String reason(EventType type) {
        if (type == EventType.IMPRESSION || type == EventType.TAG) {
            return "'the event was read by the join, but was not emitted'";
        }
        long waitMs = Math.max(
                rules.longestOrphanAfter().toMillis(),
                rules.allowedDisorder(begin).toMillis());
        return "CASE WHEN watermark > event_ms + " + waitMs
                + " THEN concat('the event was not emitted, although it had to"
                + " be at watermark ', epoch_ms(event_ms + " + (waitMs + 1) + ")) END";
    }

    private record Candidate(Place click, long clickMs, String advertiser, long impressionMs, String impression) {}

    /** A click is joined as soon as its impression is there. */
    private void requireJoined() {
        List<Candidate> candidates = database.query(
                "SELECT " + of("u", PLACE) + ", u.event_ms, u.advertiser, i.event_ms, i.topic, i.incarnation,"
                        + " i.shard, i.record_offset FROM unmatched u JOIN " + NEAR_IMPRESSIONS
                        + " i ON i.id = u.impression_id AND i.join_key = u.join_key JOIN positions p ON"
                        + " p.topic = i.origin_topic AND p.incarnation = i.origin_incarnation AND"
                        + " p.shard = i.origin_shard WHERE u.why IS NULL AND NOT i.invalid"
                        + " AND i.origin_offset < p.next_offset",
                row -> new Candidate(
                        Place.of(row, 1),
                        row.getLong(5),
                        row.getString(6),
                        row.getLong(7),
                        Place.of(row, 8).toString()));
        for (Candidate click : candidates) {
            if (rules.mustJoin(click.clickMs(), click.advertiser(), click.impressionMs())) {
                Place place = click.click();
                database.execute("UPDATE unmatched SET why = 'the click was not emitted, although its impression was: "
                        + click.impression().replace("'", "''") + "' WHERE topic = "
                        + ScratchDatabase.text(place.topic()) + " AND incarnation = " + place.incarnation()
                        + " AND shard = " + place.partition() + " AND record_offset = " + place.offset());
            }
        }
    }

    /** The join recognizes an id for as long as it keeps it. This is rare. */
    private void removeCopiesOfEarlierEvents(EventType type) {
        long since = begin - rules.retention(begin).toMillis();
        for (ArchiveTable table : outputs(type)) {
            earlier.createView("earlier_outputs", table, since);
            database.execute("DELETE FROM unmatched u WHERE u.why IS NOT NULL AND EXISTS (SELECT 1 FROM earlier_outputs"
                    + " s WHERE s.id = u.id AND s.join_key = u.join_key)");
            database.execute("DELETE FROM unmatched u WHERE u.why IS NOT NULL AND EXISTS (SELECT 1 FROM earlier_outputs"
                    + " s WHERE s.origin_topic = u.topic AND s.origin_incarnation = u.incarnation"
                    + " AND s.origin_shard = u.shard AND s.origin_offset = u.record_offset)");
        }
    }
}
