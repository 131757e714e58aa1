package io.lightflow.topology.certificate;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Matches the records of one topic-partition of a front cluster with their copies, by rising offset. The mirror keeps
 * the order: what it has not copied has been left out if something later has been copied and read by the join, and is
 * under way otherwise. Not thread-safe.
 */
final class FrontPartition {
    private final HourOfShard hour;
    private final int topic;
    private final String name;
    private final Set<Fingerprint> tail;
    private final List<Long> withoutCopy = new ArrayList<>();
    private long passed = -1;

    /**
     * @param hour holds all light records of the central cluster
     * @param topic number of the topic's copy there
     * @param name of the topic in the front cluster
     * @param tail the last records that the join has read of the copy
     */
    FrontPartition(HourOfShard hour, int topic, String name, Tail tail) {
        this.hour = hour;
        this.topic = topic;
        this.name = name;
        this.tail = tail.fingerprints();
    }

    void take(long offset, LightRecord record) {
        if (hour.front(topic, record)) {
            withoutCopy.add(offset);
        }
        if (tail.contains(record.fingerprint())) {
            passed = offset;
        }
    }

    void end() {
        for (long offset : withoutCopy) {
            if (offset < passed) {
                hour.notMirrored(topic, name, offset);
            } else {
                hour.underWay(topic);
            }
        }
        hour.frontDone(topic, name);
    }
}
