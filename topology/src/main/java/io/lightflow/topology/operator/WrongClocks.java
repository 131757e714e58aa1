package io.lightflow.topology.operator;

import io.lightflow.position.ProducerClocks;
import io.lightflow.position.ProducerClocks.Clock;
import io.lightflow.time.Durations;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The servers whose clocks are wrong, as far as the beacons of a topology's shards tell. A clock is wrong if it is
 * ahead of the reader's, far behind most of the others of its topic-partition, or far behind the reader's while another
 * one agrees with it.
 */
public final class WrongClocks {
    /** Each server is named once, with the topic-partition where it differs most. */
    private final SortedMap<String, Finding> findings = new TreeMap<>();

    /** @param offsetMs how far the clock is ahead of the reader's clock; negative if it is behind */
    private record Finding(String topicPartition, long offsetMs, String reference) {}

    public WrongClocks(List<ShardStatus> shards) {
        for (ShardStatus shard : shards) {
            shard.position().topics().forEach((topic, at) -> add(topic + "-" + shard.shard(), at.clocks()));
        }
    }

    private void add(String topicPartition, ProducerClocks clocks) {
        for (Clock clock : clocks.clocks()) {
            if (clock.offsetMs() > ProducerClocks.TOLERANCE_MS) {
                add(clock, new Finding(topicPartition, clock.offsetMs(), "of the reader's clock"));
            } else if (clock.offsetMs() < -ProducerClocks.TOLERANCE_MS && agreesWithReader(clocks)) {
                add(clock, new Finding(topicPartition, clock.offsetMs(), "the reader's clock"));
            }
        }
        for (Clock clock : clocks.slow()) {
            add(clock, new Finding(topicPartition, clock.time() - clocks.most(), "most other servers"));
        }
    }

    private static boolean agreesWithReader(ProducerClocks clocks) {
        return clocks.clocks().stream().anyMatch(clock -> Math.abs(clock.offsetMs()) <= ProducerClocks.TOLERANCE_MS);
    }

    private void add(Clock clock, Finding found) {
        findings.merge(
                name(clock),
                found,
                (one, other) -> Math.abs(one.offsetMs()) >= Math.abs(other.offsetMs()) ? one : other);
    }

    private static String name(Clock clock) {
        return clock.producer().isEmpty() ? "(beacons without a producer)" : clock.producer();
    }

    /** A line for each server. */
    public List<String> describe() {
        return findings.entrySet().stream()
                .map(found -> "clock: server " + found.getKey() + " is " + describe(found.getValue()))
                .toList();
    }

    private static String describe(Finding found) {
        Duration difference = Duration.ofSeconds(Math.abs(found.offsetMs()) / 1_000);
        return Durations.format(difference) + (found.offsetMs() > 0 ? " ahead " : " behind ") + found.reference()
                + " in " + found.topicPartition();
    }
}
