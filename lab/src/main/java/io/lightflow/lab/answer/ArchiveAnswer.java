package io.lightflow.lab.answer;

import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.archive.table.RecordColumns;
import io.lightflow.deploy.archive.ArchivedRows;
import io.lightflow.deploy.cluster.Deadline;
import io.lightflow.event.Beacon;
import io.lightflow.event.WriterSchemas;
import io.lightflow.lab.up.JoinedTopics;
import io.lightflow.topology.settings.GroupSettings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.parquet.example.data.Group;

/** What a table of the archive holds, and what it should hold, as lines: where a record is, its key and its event. */
public final class ArchiveAnswer {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration LOOK_INTERVAL = Duration.ofSeconds(1);

    private ArchiveAnswer() {}

    /**
     * Waits until a table has as many rows as its topics have records, and compares them.
     *
     * @param patience how long to wait
     * @return each difference
     */
    public static List<String> differences(
            GroupSettings settings, ArchiveTable table, WriterSchemas schemas, Duration patience) {
        List<String> expected = ofTopics(settings, table, schemas);
        Deadline.in(patience)
                .await(LOOK_INTERVAL, () -> ofTable(settings, table).size() >= expected.size());
        return AnswerDifferences.ofLines("the table " + table.tableName(), expected, ofTable(settings, table));
    }

    /** The rows of a table, sorted. */
    public static List<String> ofTable(GroupSettings settings, ArchiveTable table) {
        List<String> lines = new ArrayList<>();
        try (ArchivedRows rows = ArchivedRows.of(settings)) {
            rows.read(table, row -> {
                StringBuilder line = new StringBuilder();
                line.append(row.getString(RecordColumns.TOPIC, 0))
                        .append('/')
                        .append(row.getInteger(RecordColumns.PARTITION, 0))
                        .append('@')
                        .append(row.getLong(RecordColumns.OFFSET, 0))
                        .append(' ')
                        .append(row.getString(RecordColumns.KEY, 0));
                append(table.event(), row, line);
                lines.add(line.toString());
            });
        }
        lines.sort(null);
        return lines;
    }

    /** The committed records of a table's topics without beacons, sorted. */
    public static List<String> ofTopics(GroupSettings settings, ArchiveTable table, WriterSchemas schemas) {
        List<String> lines = new ArrayList<>();
        OutputReader reader = new OutputReader(schemas);
        try (KafkaConsumer<byte[], byte[]> consumer =
                JoinedTopics.consumer(settings.kafka().bootstrapServers())) {
            List<TopicPartition> all = table.topics(settings.group(), settings.dataCenters()).stream()
                    .flatMap(topic -> IntStream.range(0, settings.shards())
                            .mapToObj(partition -> new TopicPartition(topic, partition)))
                    .toList();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            Map<TopicPartition, Long> ends = consumer.endOffsets(all);
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (all.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException(all + ": expected to read them to their ends within " + PATIENCE);
                }
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    SpecificRecord event = reader.read(record.value());
                    if (!(event instanceof Beacon)) {
                        lines.add(line(record, event));
                    }
                }
            }
        }
        lines.sort(null);
        return lines;
    }

    private static String line(ConsumerRecord<byte[], byte[]> record, SpecificRecord event) {
        StringBuilder line = new StringBuilder();
        line.append(record.topic())
                .append('/')
                .append(record.partition())
                .append('@')
                .append(record.offset())
                .append(' ')
                .append(new String(record.key(), StandardCharsets.UTF_8));
        append(event, line);
        return line.toString();
    }

    /** The fields of an event that have a column. */
    private static void append(IndexedRecord event, StringBuilder line) {
        for (Schema.Field field : event.getSchema().getFields()) {
            Object value = event.get(field.pos());
            if (value instanceof IndexedRecord inner) {
                append(inner, line);
            } else if (value != null && isComparable(field.schema())) {
                line.append(' ').append(field.name()).append('=').append(value);
            }
        }
    }

    private static void append(Schema event, Group row, StringBuilder line) {
        for (Schema.Field field : event.getFields()) {
            Schema type = withoutNull(field.schema());
            if (!row.getType().containsField(field.name()) || row.getFieldRepetitionCount(field.name()) == 0) {
                continue;
            }
            if (type.getType() == Schema.Type.RECORD) {
                append(type, row.getGroup(field.name(), 0), line);
            } else if (isComparable(type)) {
                line.append(' ')
                        .append(field.name())
                        .append('=')
                        .append(row.getValueToString(row.getType().getFieldIndex(field.name()), 0));
            }
        }
    }

    private static boolean isComparable(Schema schema) {
        return switch (withoutNull(schema).getType()) {
            case STRING, ENUM, LONG, INT, BOOLEAN, FLOAT, DOUBLE -> true;
            default -> false;
        };
    }

    private static Schema withoutNull(Schema schema) {
        return schema.getType() == Schema.Type.UNION
                ? schema.getTypes().stream()
                        .filter(type -> type.getType() != Schema.Type.NULL)
                        .findFirst()
                        .orElseThrow()
                : schema;
    }
}
