package io.lightflow.topology.certificate;

import io.lightflow.event.EventType;
import io.lightflow.event.OutputTopic;
import io.lightflow.position.Position;
import io.lightflow.topology.certificate.HourOfShard.WaitingConversion;
import io.lightflow.topology.certificate.LightRecord.Kind;
import io.lightflow.topology.certificate.PartitionReader.Offsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;

/**
 * Distinguishes lost conversions from those that wait for a click that itself waits for its impression. The click may
 * be of an earlier hour, so clicks are read again as far back as one may wait. Few hours have such a conversion, and
 * clicks are few.
 */
final class WaitingClicks {
    private final HourOfShard hour;
    private final TopicsOfGroup topics;
    private final PossibleRules rules;
    private final RecordReading reading;
    private final PartitionReader central;

    WaitingClicks(
            HourOfShard hour,
            TopicsOfGroup topics,
            PossibleRules rules,
            RecordReading reading,
            PartitionReader central) {
        this.hour = hour;
        this.topics = topics;
        this.rules = rules;
        this.reading = reading;
        this.central = central;
    }

    /** Marks the conversions that may wait. */
    void find(Position decided) {
        List<WaitingConversion> conversions = hour.waitingForClicks(decided.watermark());
        if (conversions.isEmpty()) {
            return;
        }
        long since = decided.watermark() - rules.longestOrphanAfter().toMillis();
        Map<EventFingerprint, LightRecord> clicks = candidates(conversions, since, decided);
        if (clicks.isEmpty()) {
            return;
        }
        List<TopicPartition> outputs = Stream.of(OutputTopic.CLICKS, OutputTopic.ORPHANS)
                .map(output -> new TopicPartition(output.of(rules.group()), hour.shard()))
                .toList();
        central.open(outputs, ShardHourAudit.outputsSince(since, rules.farFuture(since)))
                .forEach((partition, found) -> central.read(partition, found.since(), found.end(), record -> {
                    OutputRecord output =
                            reading.output(partition.topic(), record.offset(), record.key(), record.value());
                    if (output != null) {
                        clicks.remove(output.fingerprint());
                    }
                }));
        for (WaitingConversion conversion : conversions) {
            if (clicks.values().stream().anyMatch(click -> mayWin(click, conversion))) {
                hour.mayWait(conversion);
            }
        }
    }

    /** Clicks that could win one of the conversions, and that the watermark lets wait; by fingerprint. */
    private Map<EventFingerprint, LightRecord> candidates(
            List<WaitingConversion> conversions, long since, Position decided) {
        Map<EventFingerprint, LightRecord> clicks = new HashMap<>();
        List<TopicPartition> partitions = new ArrayList<>();
        topics.light().forEach((name, topic) -> {
            if (topic.type() == EventType.CLICK) {
                partitions.add(new TopicPartition(name, hour.shard()));
            }
        });
        Map<TopicPartition, Offsets> found =
                central.open(partitions, since - rules.farFuture(since).toMillis());
        for (TopicPartition partition : partitions) {
            int incarnation = topics.light().get(partition.topic()).incarnation();
            long to = decided.nextOffset(partition.topic(), incarnation);
            central.read(partition, found.get(partition).since(), to, record -> {
                LightRecord click = reading.light(EventType.CLICK, record.key(), record.value(), record.timestamp());
                if (click.kind() == Kind.EVENT
                        && decided.watermark() < orphanTime(click)
                        && conversions.stream().anyMatch(conversion -> mayWin(click, conversion))) {
                    clicks.put(click.fingerprint(), click);
                }
            });
        }
        return clicks;
    }

    private long orphanTime(LightRecord click) {
        return click.time()
                + rules.orphanAfter(click.time(), click.claim().advertiserId()).toMillis()
                + 1;
    }

    private boolean mayWin(LightRecord click, WaitingConversion conversion) {
        return rules.mayAttribute(conversion.time(), conversion.claim().advertiserId(), click.time())
                && conversion.claim().mayBeWonBy(click);
    }
}
