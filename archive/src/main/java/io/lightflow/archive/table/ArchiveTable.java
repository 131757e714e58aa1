package io.lightflow.archive.table;

import io.lightflow.archive.parquet.FileLayout;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.event.JoinedClick;
import io.lightflow.event.JoinedConversion;
import io.lightflow.event.JoinedImpression;
import io.lightflow.event.JoinedTag;
import io.lightflow.event.OrphanClick;
import io.lightflow.event.OutputTopic;
import io.lightflow.event.RejectedEvent;
import io.lightflow.event.Tag;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.avro.Schema;

/** The tables of a group: one for each type of topic. Names are persisted, so they never change. */
public enum ArchiveTable {
    IMPRESSIONS(Impression.getClassSchema(), "time", EventType.IMPRESSION, null),
    CLICKS(Click.getClassSchema(), "time", EventType.CLICK, null),
    CONVERSIONS(Conversion.getClassSchema(), "time", EventType.CONVERSION, null),
    TAGS(Tag.getClassSchema(), "time", EventType.TAG, null),
    JOINED_IMPRESSIONS(JoinedImpression.getClassSchema(), "impression.time", null, OutputTopic.IMPRESSIONS),
    JOINED_CLICKS(JoinedClick.getClassSchema(), "click.time", null, OutputTopic.CLICKS),
    JOINED_CONVERSIONS(JoinedConversion.getClassSchema(), "conversion.time", null, OutputTopic.CONVERSIONS),
    JOINED_TAGS(JoinedTag.getClassSchema(), "tag.time", null, OutputTopic.TAGS),
    ORPHANS(OrphanClick.getClassSchema(), "click.time", null, OutputTopic.ORPHANS),
    REJECTED(RejectedEvent.getClassSchema(), "provenance.producedMs", null, OutputTopic.REJECTED);

    private final Schema event;
    private final String timePath;
    private final EventType light;
    private final OutputTopic output;

    ArchiveTable(Schema event, String timePath, EventType light, OutputTopic output) {
        this.event = event;
        this.timePath = timePath;
        this.light = light;
        this.output = output;
    }

    /** Whether its topics are light topics. Only their records have a trace. */
    public boolean isLight() {
        return light != null;
    }

    /** The table's name in the namespace of its group. */
    public String tableName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The schema of this build for the table's events. */
    public Schema event() {
        return event;
    }

    /** The path of the field that holds the event time, in ms since the Unix epoch. */
    public String timePath() {
        return timePath;
    }

    /** The topics whose records the table holds. */
    public Set<String> topics(String group, Collection<String> dataCenters) {
        if (output != null) {
            return Set.of(output.of(group));
        }
        Set<String> topics = new TreeSet<>();
        dataCenters.forEach(dc -> topics.add(light.centralTopic(dc)));
        return topics;
    }

    /**
     * How files of the table are stored.
     *
     * @param traced how many rows have a trace
     */
    FileLayout layout(long traced) {
        Set<String> unique = new TreeSet<>(
                List.of(RecordColumns.OFFSET, RecordColumns.TIME, RecordColumns.EVENT_TIME, RecordColumns.KEY));
        addFields(event, "", UNIQUE_FIELDS, unique);
        Set<String> ids = new TreeSet<>();
        addFields(event, "", Set.of("id"), ids);
        Set<String> ordered = new TreeSet<>(List.of(RecordColumns.KEY, RecordColumns.TOPIC));
        if (isLight()) {
            unique.addAll(List.of(RecordColumns.TRACE_ID, RecordColumns.SPAN_ID));
            ids.add(RecordColumns.TRACE_ID);
            // These tell at once that no row has a trace.
            ordered.add(RecordColumns.TRACE_ID);
        }
        return new FileLayout(tableName(), unique, ordered, ids, Map.of(RecordColumns.TRACE_ID, traced));
    }

    /** How files are stored that are read once, as a whole. */
    FileLayout plainLayout() {
        return new FileLayout(tableName(), layout(0).unique(), Set.of(), Set.of(), Map.of());
    }

    private static void addFields(Schema record, String path, Set<String> wanted, Set<String> found) {
        for (Schema.Field field : record.getFields()) {
            Schema type = AvroColumns.withoutNull(field.schema());
            String name = path + field.name();
            if (type.getType() == Schema.Type.RECORD) {
                addFields(type, name + ".", wanted, found);
            } else if (wanted.contains(field.name())) {
                found.add(name);
            }
        }
    }

    private static final Set<String> UNIQUE_FIELDS =
            Set.of("id", "time", "impressionId", "clickId", "offset", "producedMs", "key", "value");
}
