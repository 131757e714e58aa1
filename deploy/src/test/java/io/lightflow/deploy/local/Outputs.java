package io.lightflow.deploy.local;

import io.lightflow.event.Beacon;
import io.lightflow.event.JoinedClick;
import io.lightflow.event.JoinedConversion;
import io.lightflow.event.JoinedImpression;
import io.lightflow.event.JoinedTag;
import io.lightflow.event.OrphanClick;
import io.lightflow.event.OutputTopic;
import io.lightflow.event.RejectedEvent;
import io.lightflow.event.WireFormat;
import io.lightflow.event.WriterSchemas;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** Reads what the join has put out, and says in a line of text what became of each event. Not thread-safe. */
final class Outputs {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final WriterSchemas schemas;
    private final Map<Schema, SpecificDatumReader<SpecificRecord>> readers = new HashMap<>();

    Outputs(WriterSchemas schemas) {
        this.schemas = schemas;
    }

    /** What became of every event of these groups, sorted. */
    static List<String> outcomes(Stand stand, List<String> groups) {
        Outputs outputs = new Outputs(stand.schemas());
        List<String> outcomes = new ArrayList<>();
        for (String group : groups) {
            for (OutputTopic topic : OutputTopic.values()) {
                outputs.read(stand, topic.of(group))
                        .forEach(value -> outputs.outcome(value).ifPresent(outcomes::add));
            }
        }
        outcomes.sort(null);
        return outcomes;
    }

    /** Everything that a group has rejected so far. */
    static List<RejectedEvent> rejected(Stand stand, String group) {
        Outputs outputs = new Outputs(stand.schemas());
        return outputs.read(stand, OutputTopic.REJECTED.of(group)).stream()
                .map(outputs::decode)
                .filter(RejectedEvent.class::isInstance)
                .map(RejectedEvent.class::cast)
                .toList();
    }

    /** What became of an event; empty for beacons. */
    Optional<String> outcome(byte[] value) {
        SpecificRecord record = decode(value);
        if (record instanceof Beacon) {
            return Optional.empty();
        } else if (record instanceof JoinedImpression joined) {
            return Optional.of("impression " + joined.getImpression().getId());
        } else if (record instanceof JoinedTag joined) {
            return Optional.of("tag " + joined.getTag().getId());
        } else if (record instanceof JoinedClick joined) {
            return Optional.of("click " + joined.getClick().getId() + " on "
                    + joined.getImpression().getId());
        } else if (record instanceof OrphanClick orphan) {
            return Optional.of("orphan " + orphan.getClick().getId());
        } else if (record instanceof JoinedConversion joined) {
            return Optional.of(conversion(joined));
        } else if (record instanceof RejectedEvent rejected) {
            return Optional.of("rejected " + rejected.getReason());
        }
        throw new AssertionError("an output of an unknown kind: " + record);
    }

    private static String conversion(JoinedConversion joined) {
        return "conversion " + joined.getConversion().getId() + " by " + joined.getAttribution() + " number "
                + joined.getClickNumber() + " click "
                + (joined.getClick() == null ? "none" : joined.getClick().getId()) + " impression "
                + (joined.getImpression() == null
                        ? "none"
                        : joined.getImpression().getId());
    }

    private SpecificRecord decode(byte[] value) {
        Schema schema = schemas.byId(WireFormat.schemaId(value));
        try {
            return readers.computeIfAbsent(schema, absent -> new SpecificDatumReader<>(schema))
                    .read(
                            null,
                            DecoderFactory.get()
                                    .binaryDecoder(
                                            value,
                                            WireFormat.HEADER_BYTES,
                                            value.length - WireFormat.HEADER_BYTES,
                                            null));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The values of all committed records of a topic. */
    private List<byte[]> read(Stand stand, String topic) {
        List<byte[]> values = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                JoinedTopics.consumer(stand.stack().centralBootstrap())) {
            List<TopicPartition> all = IntStream.range(
                            0, stand.stack().settings().shards())
                    .mapToObj(partition -> new TopicPartition(topic, partition))
                    .toList();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            Map<TopicPartition, Long> ends = consumer.endOffsets(all);
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (all.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                if (System.nanoTime() > deadline) {
                    throw new AssertionError(topic + " could not be read to its end within " + PATIENCE);
                }
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    values.add(record.value());
                }
            }
        }
        return values;
    }
}
