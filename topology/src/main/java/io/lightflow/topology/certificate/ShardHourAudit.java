package io.lightflow.topology.certificate;

import io.lightflow.event.EventType;
import io.lightflow.event.OutputTopic;
import io.lightflow.position.Position;
import io.lightflow.position.Visibility;
import io.lightflow.topology.certificate.PartitionReader.Offsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;

/**
 * Counts one hour of one shard. Offsets that are looked up at the start bound what it reads:
 *
 * <ul>
 *   <li>light topics: from the first record that is not older than the hour by more than {@code farFuture}, since an
 *       event must not be stamped further ahead of its record, to the position of the join;
 *   <li>outputs: from an hour earlier, since clocks of machines may disagree, to the end. A reader of committed records
 *       gets there only when every transaction before it has ended, so all that the join had committed is read;
 *   <li>front clusters: as light topics, to the end.
 * </ul>
 *
 * Not thread-safe.
 */
final class ShardHourAudit {
    /** How far the clock that stamps an output may lag the one that stamped its light event. */
    private static final Duration MAX_CLOCK_SKEW = Duration.ofHours(1);

    /** Those of impressions last, as {@link HourOfShard} wants it. */
    private static final List<OutputTopic> OUTPUTS = List.of(
            OutputTopic.CLICKS,
            OutputTopic.ORPHANS,
            OutputTopic.CONVERSIONS,
            OutputTopic.REJECTED,
            OutputTopic.TAGS,
            OutputTopic.IMPRESSIONS);

    /** The outputs that show that an event of a type was emitted. */
    private static final Map<EventType, List<OutputTopic>> EARLIER = Map.of(
            EventType.IMPRESSION, List.of(OutputTopic.IMPRESSIONS),
            EventType.TAG, List.of(OutputTopic.TAGS),
            EventType.CLICK, List.of(OutputTopic.CLICKS, OutputTopic.ORPHANS),
            EventType.CONVERSION, List.of(OutputTopic.CONVERSIONS));

    private final TopicsOfGroup topics;
    private final PossibleRules rules;
    private final Duration farFuture;
    private final RecordReading reading;
    private final PartitionReader central;
    private final Map<String, PartitionReader> fronts;

    private final List<OffsetRange> ranges = new ArrayList<>();

    /**
     * @param farFuture how far ahead of its record an event of the hour may be stamped
     * @param fronts by data center
     */
    ShardHourAudit(
            TopicsOfGroup topics,
            PossibleRules rules,
            Duration farFuture,
            RecordReading reading,
            PartitionReader central,
            Map<String, PartitionReader> fronts) {
        this.topics = topics;
        this.rules = rules;
        this.farFuture = farFuture;
        this.reading = reading;
        this.central = central;
        this.fronts = fronts;
    }

    /** First timestamp of outputs that may be of the hour. */
    static long outputsSince(long begin, Duration farFuture) {
        return begin - farFuture.toMillis() - MAX_CLOCK_SKEW.toMillis();
    }

    /**
     * @param begin first ms of the hour
     * @param counted position of the join up to which light events are counted
     * @param decided a later one, up to which all timers must have fired
     * @param summed position of {@code stats-counter} up to which joined events are summed
     * @param rows receives the sums
     */
    ShardCertificate count(int shard, long begin, Position counted, Position decided, Position summed, HourRows rows) {
        ranges.clear();
        List<LightTopic> light = lightTopics(shard, begin, counted);
        HourOfShard hour = new HourOfShard(shard, begin, rules, light);
        List<TopicEnd> ends = new ArrayList<>();
        for (int i = 0; i < light.size(); i++) {
            ends.add(readLight(hour, i, light.get(i), shard));
        }
        Map<TopicPartition, Offsets> outputs =
                central.open(partitions(topics.outputs().keySet(), shard), outputsSince(begin, farFuture));
        for (OutputTopic output : OUTPUTS) {
            readOutput(hour, output, outputs, decided.visibility(), summed, rows);
        }
        new WaitingClicks(hour, topics, rules, reading, central).find(decided);
        readEarlierOutputs(hour, outputs, decided);
        fronts.forEach((dc, front) -> {
            Map<TopicPartition, Offsets> found = front.open(frontPartitions(shard), begin - farFuture.toMillis());
            for (int i = 0; i < light.size(); i++) {
                if (light.get(i).dc().equals(dc)) {
                    readFront(hour, i, light.get(i), front, found, ends.get(i));
                }
            }
        });
        hour.settle(decided.watermark());
        return new ShardCertificate(
                shard,
                Instant.ofEpochMilli(decided.watermark()),
                hour.tally(),
                hour.differences().count(),
                hour.differences().named(),
                List.copyOf(ranges));
    }

    private List<LightTopic> lightTopics(int shard, long begin, Position counted) {
        Map<TopicPartition, Offsets> found =
                central.open(partitions(topics.light().keySet(), shard), begin - farFuture.toMillis());
        List<LightTopic> light = new ArrayList<>();
        topics.light().forEach((name, topic) -> {
            Offsets offsets = found.get(new TopicPartition(name, shard));
            long to = counted.nextOffset(name, topic.incarnation());
            long from = Math.min(offsets.since(), to);
            light.add(new LightTopic(
                    name, topic.dc(), topic.type(), topic.incarnation(), offsets.begin(), Math.max(0, from), to));
        });
        return light;
    }

    private TopicEnd readLight(HourOfShard hour, int number, LightTopic topic, int shard) {
        ranges.add(new OffsetRange(Difference.CENTRAL, topic.name(), shard, topic.from(), topic.to()));
        if (topic.begin() > 0 && topic.from() == topic.begin()) {
            hour.deleted(Difference.CENTRAL, topic.name(), topic.type(), topic.begin());
        }
        hour.beginTopic(number);
        TopicEnd end = new TopicEnd();
        central.read(new TopicPartition(topic.name(), shard), topic.from(), topic.to(), record -> {
            LightRecord read = reading.light(topic.type(), record.key(), record.value(), record.timestamp());
            hour.light(record.offset(), read);
            end.add(read);
        });
        return end;
    }

    private void readOutput(
            HourOfShard hour,
            OutputTopic output,
            Map<TopicPartition, Offsets> found,
            Visibility decided,
            Position summed,
            HourRows rows) {
        String name = output.of(rules.group());
        TopicsOfGroup.Output topic = topics.outputs().get(name);
        long summedTo = topic.counted() == null ? 0 : summed.nextOffset(name, topic.incarnation());
        TopicPartition partition = new TopicPartition(name, hour.shard());
        Offsets offsets = found.get(partition);
        ranges.add(new OffsetRange(Difference.CENTRAL, name, hour.shard(), offsets.since(), offsets.end()));
        central.read(partition, offsets.since(), offsets.end(), record -> {
            OutputRecord read = reading.output(name, record.offset(), record.key(), record.value());
            if (read != null) {
                boolean committed = decided.isVisible(read.incarnation(), read.offset());
                hour.output(name, record.offset(), read, committed);
            }
            if (record.offset() < summedTo) {
                rows.take(topic.counted(), name, record.offset(), record.value());
            }
        });
    }

    /** Looks for the originals of overdue events: the join recognizes an id for as long as it keeps it. */
    private void readEarlierOutputs(HourOfShard hour, Map<TopicPartition, Offsets> read, Position decided) {
        for (EventType type : hour.overdue(decided.watermark())) {
            List<TopicPartition> partitions = EARLIER.get(type).stream()
                    .map(output -> new TopicPartition(output.of(rules.group()), hour.shard()))
                    .toList();
            central.open(
                            partitions,
                            outputsSince(
                                    hour.begin() - rules.retention(hour.begin()).toMillis(), farFuture))
                    .forEach((partition, earlier) -> {
                        long to = read.get(partition).since();
                        String name = partition.topic();
                        if (earlier.since() < to) {
                            ranges.add(new OffsetRange(Difference.CENTRAL, name, hour.shard(), earlier.since(), to));
                        }
                        central.read(partition, earlier.since(), to, record -> {
                            OutputRecord output = reading.output(name, record.offset(), record.key(), record.value());
                            if (output != null) {
                                hour.output(name, record.offset(), output, false);
                            }
                        });
                    });
        }
    }

    private static List<TopicPartition> frontPartitions(int shard) {
        return Stream.of(EventType.values())
                .map(type -> new TopicPartition(type.plural(), shard))
                .toList();
    }

    private void readFront(
            HourOfShard hour,
            int number,
            LightTopic light,
            PartitionReader front,
            Map<TopicPartition, Offsets> found,
            TopicEnd end) {
        String name = light.type().plural();
        TopicPartition partition = new TopicPartition(name, hour.shard());
        Offsets offsets = found.get(partition);
        ranges.add(new OffsetRange(light.dc(), name, hour.shard(), offsets.since(), offsets.end()));
        if (offsets.mayBeCutOff()) {
            hour.deleted(light.dc(), name, light.type(), offsets.begin());
        }
        FrontPartition matching = new FrontPartition(hour, number, name, end);
        front.read(
                partition,
                offsets.since(),
                offsets.end(),
                record -> matching.take(
                        record.offset(),
                        reading.light(light.type(), record.key(), record.value(), record.timestamp())));
        matching.finish();
    }

    private static List<TopicPartition> partitions(Set<String> topics, int shard) {
        Map<String, TopicPartition> sorted = new TreeMap<>();
        topics.forEach(topic -> sorted.put(topic, new TopicPartition(topic, shard)));
        return List.copyOf(sorted.values());
    }
}
