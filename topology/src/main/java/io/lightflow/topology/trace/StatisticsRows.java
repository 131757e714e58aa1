package io.lightflow.topology.trace;

import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.database.StatisticsTable;
import io.lightflow.database.StorableString;
import io.lightflow.event.EventType;
import io.lightflow.statistics.Dimension;
import io.lightflow.statistics.StatisticsKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Names the rows of the statistics that a joined event counts in. */
final class StatisticsRows {
    private StatisticsRows() {}

    /** Empty if the event counts in no row. */
    static List<StatisticsRow> of(FoundRecord joined) {
        Long time = joined.time();
        if (time == null || joined.text("impression.id") == null) {
            return List.of();
        }
        String[] values = new String[Dimension.all().size()];
        for (Dimension dimension : Dimension.all()) {
            String value = dimension == Dimension.DATA_CENTER ? dataCenter(joined) : joined.text(dimension.field());
            values[dimension.ordinal()] = value == null ? "" : value;
        }
        String own = joined.text(FoundRecord.prefix(joined.kind()) + "currency");
        if (own != null && !own.isEmpty()) {
            values[Dimension.CURRENCY.ordinal()] = own;
        }
        StatisticsKey key = StorableString.key(StatisticsKey.ofOrdinals(time, values));
        List<StatisticsRow> rows = new ArrayList<>();
        for (StatisticsTable table : StatisticsTable.values()) {
            Map<String, String> dimensions = new LinkedHashMap<>();
            table.cube().dimensions().forEach(dimension -> dimensions.put(dimension.column(), key.get(dimension)));
            rows.add(new StatisticsRow(
                    table.viewName(),
                    Instant.ofEpochMilli(Math.floorDiv(time, table.stepMs()) * table.stepMs()),
                    dimensions));
        }
        return rows;
    }

    private static String dataCenter(FoundRecord joined) {
        String topic = joined.text(
                joined.kind() == ArchiveTable.JOINED_IMPRESSIONS
                        ? "provenance.origin.topic"
                        : "impressionOrigin.topic");
        return topic == null ? "" : EventType.IMPRESSION.dataCenter(topic);
    }
}
