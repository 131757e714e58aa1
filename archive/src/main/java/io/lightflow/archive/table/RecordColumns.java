package io.lightflow.archive.table;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/** The columns that come from records, beside those of their events: where a record was, its event time, its trace. */
public final class RecordColumns {
    /**
     * Event time; the time of the record if the event does not decode, or is far from its record. Tables are
     * partitioned by its hour.
     */
    public static final String EVENT_TIME = "event_time";
    /** The join key. Rows of a file are sorted by it. Null if the record has none, or not one of UTF-8. */
    public static final String KEY = "join_key";

    public static final String TOPIC = "kafka_topic";
    /** First 32 bits of the topic id. */
    public static final String INCARNATION = "kafka_incarnation";

    public static final String PARTITION = "kafka_partition";
    public static final String OFFSET = "kafka_offset";
    /** Timestamp of the record. */
    public static final String TIME = "kafka_time";
    /** Why the event's columns are null; null if they are not. */
    public static final String FAILURE = "decode_failure";
    /** Key and value of the record, if the event does not decode. */
    public static final String RAW_KEY = "raw_key";

    public static final String RAW_VALUE = "raw_value";

    /** In tables of light events, behind the columns of the event: the trace of the record's header; null without. */
    public static final String TRACE_ID = "trace_id";
    /** The span that sent the event. */
    public static final String SPAN_ID = "span_id";

    static final Set<String> NAMES = Stream.concat(fields().stream(), traceFields(0).stream())
            .map(NestedField::name)
            .collect(Collectors.toUnmodifiableSet());
    /** Number of the columns that are the first of a table. */
    static final int COUNT = 10;

    private RecordColumns() {}

    /** With ids from 1 on. */
    static List<NestedField> fields() {
        return List.of(
                NestedField.required(1, EVENT_TIME, Types.TimestampType.withZone()),
                NestedField.optional(2, KEY, Types.StringType.get()),
                NestedField.required(3, TOPIC, Types.StringType.get()),
                NestedField.required(4, INCARNATION, Types.IntegerType.get()),
                NestedField.required(5, PARTITION, Types.IntegerType.get()),
                NestedField.required(6, OFFSET, Types.LongType.get()),
                NestedField.required(7, TIME, Types.TimestampType.withZone()),
                NestedField.optional(8, FAILURE, Types.StringType.get()),
                NestedField.optional(9, RAW_KEY, Types.BinaryType.get()),
                NestedField.optional(10, RAW_VALUE, Types.BinaryType.get()));
    }

    /** With ids after the last one. A table may have columns between or behind them: their place is no fixed one. */
    static List<NestedField> traceFields(int lastId) {
        return List.of(
                NestedField.optional(lastId + 1, TRACE_ID, Types.StringType.get()),
                NestedField.optional(lastId + 2, SPAN_ID, Types.StringType.get()));
    }
}
