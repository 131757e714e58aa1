package io.lightflow.deploy.reconcile;

import static io.lightflow.deploy.reconcile.EventColumn.Type.BIGINT;
import static io.lightflow.deploy.reconcile.EventColumn.Type.BOOLEAN;
import static io.lightflow.deploy.reconcile.EventColumn.Type.INTEGER;
import static io.lightflow.deploy.reconcile.EventColumn.Type.VARCHAR;

import io.lightflow.archive.table.ArchiveTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which fields of a table's events are compared, and which ones decide how an event is counted. */
final class EventColumns {
    private EventColumns() {}

    /** The columns that are compared, of any table, in the same order. */
    static List<EventColumn> compared(ArchiveTable table) {
        Map<String, String> paths = new HashMap<>();
        switch (table) {
            case IMPRESSIONS -> event(paths, "", "priceMicros");
            case CLICKS -> event(paths, "", "priceMicros");
            case CONVERSIONS -> event(paths, "", "revenueMicros");
            case TAGS -> event(paths, "", null);
            case JOINED_IMPRESSIONS -> event(paths, "impression.", "priceMicros");
            case JOINED_CLICKS, ORPHANS -> event(paths, "click.", "priceMicros");
            case JOINED_CONVERSIONS -> event(paths, "conversion.", "revenueMicros");
            case JOINED_TAGS -> event(paths, "tag.", null);
            case REJECTED -> paths.put("event_ms", "provenance.producedMs");
        }
        switch (table) {
            case IMPRESSIONS -> paths.put("campaign", "campaignId");
            case JOINED_IMPRESSIONS, JOINED_CLICKS, JOINED_CONVERSIONS ->
                paths.put("campaign", "impression.campaignId");
            default -> {}
        }
        if (table == ArchiveTable.CLICKS) {
            paths.put("impression_id", "impressionId");
            paths.put("advertiser", "advertiserId");
        }
        if (table == ArchiveTable.JOINED_CONVERSIONS) {
            paths.put("attribution", "attribution");
        }
        if (table.timePath().contains(".")) {
            paths.put("invalid", "provenance.invalid");
            paths.put("origin_topic", "provenance.origin.topic");
            paths.put("origin_incarnation", "provenance.origin.incarnation");
            paths.put("origin_shard", "provenance.origin.partition");
            paths.put("origin_offset", "provenance.origin.offset");
        }
        List<EventColumn> columns = new ArrayList<>();
        for (String name : List.of("id", "currency", "campaign", "advertiser", "impression_id", "attribution")) {
            columns.add(new EventColumn(name, VARCHAR, paths.get(name)));
        }
        columns.add(new EventColumn("event_ms", BIGINT, paths.get("event_ms")));
        columns.add(new EventColumn("amount", BIGINT, paths.get("amount")));
        columns.add(new EventColumn("invalid", BOOLEAN, paths.get("invalid")));
        columns.add(new EventColumn("origin_topic", VARCHAR, paths.get("origin_topic")));
        columns.add(new EventColumn("origin_incarnation", INTEGER, paths.get("origin_incarnation")));
        columns.add(new EventColumn("origin_shard", INTEGER, paths.get("origin_shard")));
        columns.add(new EventColumn("origin_offset", BIGINT, paths.get("origin_offset")));
        return columns;
    }

    private static void event(Map<String, String> paths, String prefix, String amount) {
        paths.put("id", prefix + "id");
        paths.put("event_ms", prefix + "time");
        if (amount != null) {
            paths.put("amount", prefix + amount);
            paths.put("currency", prefix + "currency");
        }
    }

    /**
     * The columns by which an event is counted. The event's own time counts, and the dimensions are those of its
     * impression.
     *
     * @param table of joined impressions, clicks or conversions
     */
    static List<EventColumn> counted(ArchiveTable table) {
        boolean isImpression = table == ArchiveTable.JOINED_IMPRESSIONS;
        boolean isConversion = table == ArchiveTable.JOINED_CONVERSIONS;
        String own = isImpression ? "impression." : isConversion ? "conversion." : "click.";
        List<EventColumn> columns = new ArrayList<>();
        columns.add(new EventColumn("event_ms", BIGINT, own + "time"));
        columns.add(new EventColumn("invalid", BOOLEAN, "provenance.invalid"));
        columns.add(new EventColumn("attribution", VARCHAR, isConversion ? "attribution" : null));
        columns.add(new EventColumn("spend", BIGINT, isConversion ? null : own + "priceMicros"));
        columns.add(new EventColumn("revenue", BIGINT, isConversion ? own + "revenueMicros" : null));
        columns.add(new EventColumn("own_currency", VARCHAR, own + "currency"));
        columns.add(new EventColumn(
                "origin_topic", VARCHAR, isImpression ? "provenance.origin.topic" : "impressionOrigin.topic"));
        columns.add(new EventColumn("impression_currency", VARCHAR, "impression.currency"));
        columns.add(new EventColumn("campaign", VARCHAR, "impression.campaignId"));
        columns.add(new EventColumn("creative", VARCHAR, "impression.creativeId"));
        columns.add(new EventColumn("advertiser", VARCHAR, "impression.advertiserId"));
        for (String name : List.of("exchange", "publisher", "country", "region", "device")) {
            columns.add(new EventColumn(name, VARCHAR, "impression." + name));
        }
        columns.add(new EventColumn("browser", VARCHAR, "impression.browser"));
        columns.add(new EventColumn("operating_system", VARCHAR, "impression.operatingSystem"));
        return columns;
    }
}
