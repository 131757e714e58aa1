package io.lightflow.topology.certificate;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Matches the records of one topic-partition of a front cluster with their copies, by rising offset. The mirror keeps
 * the order. A record without a copy was left out if the join has read a later one, and is on its way otherwise. Not
 * thread-safe.
 */
final class FrontPartition {
    private final HourOfShard hour;
    private final int topic;
    private final String name;
    private final Set<EventFingerprint> end;
    private final List<Long> withoutCopy = new ArrayList<>();
    private long passed = -1;

    /**
     * @param hour holds all light records of the central cluster
     * @param topic number of the topic's copy there
     * @param name of the topic in the front cluster
     * @param end the last records that the join has read of the copy
     */
    FrontPartition(HourOfShard hour, int topic, String name, TopicEnd end) {
        this.hour = hour;
        this.topic = topic;
        this.name = name;
        this.end = end.fingerprints();
    }

    void take(long offset, LightRecord record) {
        if (hour.front(topic, record)) {
            withoutCopy.add(offset);
        }
        if (end.contains(record.fingerprint())) {
            passed = offset;
        }
    }

    void finish() {
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
