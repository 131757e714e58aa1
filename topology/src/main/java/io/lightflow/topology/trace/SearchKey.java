package io.lightflow.topology.trace;

import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.archive.table.RecordColumns;
import io.lightflow.event.TraceParent;
import io.lightflow.topology.kafka.TraceHeader;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What is known of the events that are looked for. */
sealed interface SearchKey {

    /** The value of their columns. */
    String value();

    /** Columns of the light tables that hold the value. */
    Map<ArchiveTable, String> lightColumns();

    /** Whether a record of a topic is worth being decoded. */
    boolean mayBe(ConsumerRecord<byte[], byte[]> record);

    /** Whether a record that was decoded is one of them. */
    boolean is(FoundRecord record);

    /** The id of the event of such a record. */
    String idOf(FoundRecord record);

    /** A {@code traceparent} asks for the events of its trace, and any other string for the events with this id. */
    static SearchKey of(String text) {
        return TraceParent.parse(text)
                .<SearchKey>map(trace -> new OfTrace(trace.traceId()))
                .orElseGet(() -> new OfId(text));
    }

    /** The id of an event. A record that does not decode may contain it. */
    record OfId(String value, byte[] bytes) implements SearchKey {
        OfId(String value) {
            this(value, value.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public Map<ArchiveTable, String> lightColumns() {
            return RelatedSearch.idColumns(true);
        }

        @Override
        public boolean mayBe(ConsumerRecord<byte[], byte[]> record) {
            return TopicTail.contains(record.value(), bytes);
        }

        @Override
        public boolean is(FoundRecord record) {
            return record.values().isEmpty() || value.equals(record.id());
        }

        @Override
        public String idOf(FoundRecord record) {
            return value;
        }
    }

    /** The trace in which events happened. */
    record OfTrace(String value) implements SearchKey {

        @Override
        public Map<ArchiveTable, String> lightColumns() {
            Map<ArchiveTable, String> columns = new EnumMap<>(ArchiveTable.class);
            for (ArchiveTable table : ArchiveTable.values()) {
                if (table.isLight()) {
                    columns.put(table, RecordColumns.TRACE_ID);
                }
            }
            return columns;
        }

        @Override
        public boolean mayBe(ConsumerRecord<byte[], byte[]> record) {
            return TraceHeader.of(record)
                    .filter(trace -> trace.traceId().equals(value))
                    .isPresent();
        }

        @Override
        public boolean is(FoundRecord record) {
            return true;
        }

        /** A record that does not decode is known by its place. */
        @Override
        public String idOf(FoundRecord record) {
            return record.id() == null ? record.place().toString() : record.id();
        }
    }
}
