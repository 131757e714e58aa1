package io.lightflow.topology.certificate;

import io.lightflow.event.EventType;
import io.lightflow.event.OutputTopic;
import io.lightflow.join.JoinSettings;
import io.lightflow.position.Position;
import io.lightflow.topology.certificate.HourOfShard.WaitingConversion;
import io.lightflow.topology.certificate.LightRecord.Kind;
import io.lightflow.topology.certificate.PartitionReader.Offsets;
import java.time.Duration;
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
    private final JoinSettings rules;
    private final Duration farFuture;
    private final RecordReading reading;
    private final PartitionReader central;

    WaitingClicks(
            HourOfShard hour,
            TopicsOfGroup topics,
            JoinSettings rules,
            Duration farFuture,
            RecordReading reading,
            PartitionReader central) {
        this.hour = hour;
        this.topics = topics;
        this.rules = rules;
        this.farFuture = farFuture;
        this.reading = reading;
        this.central = central;
    }

    /** Marks the conversions that may wait. */
    void find(Position decided) {
        List<WaitingConversion> conversions = hour.waitingForClicks(decided.watermark());
        if (conversions.isEmpty()) {
            return;
        }
        long since = decided.watermark() - longestOrphanAfterMs();
        Map<EventFingerprint, LightRecord> clicks = candidates(conversions, since, decided);
        if (clicks.isEmpty()) {
            return;
        }
        List<TopicPartition> outputs = Stream.of(OutputTopic.CLICKS, OutputTopic.ORPHANS)
                .map(output -> new TopicPartition(output.of(rules.group()), hour.shard()))
                .toList();
        central.open(outputs, ShardHourAudit.outputsSince(since, farFuture))
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

    private long longestOrphanAfterMs() {
        return Stream.concat(Stream.of(rules.windows()), rules.windowsByAdvertiser().values().stream())
                .mapToLong(windows -> windows.orphanAfter().toMillis())
                .max()
                .orElseThrow();
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
        Map<TopicPartition, Offsets> found = central.open(partitions, since - farFuture.toMillis());
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
        var windows = rules.windowsOf(click.claim().advertiserId());
        return click.time() + windows.orphanAfter().toMillis() + 1;
    }

    private boolean mayWin(LightRecord click, WaitingConversion conversion) {
        var windows = rules.windowsOf(conversion.claim().advertiserId());
        return click.time() <= conversion.time()
                && click.time() >= conversion.time() - windows.clickLookBack().toMillis()
                && conversion.claim().mayBeWonBy(click);
    }
}
