package io.lightflow.lab.feed;

import io.lightflow.event.Beacon;
import io.lightflow.event.EventType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Creates beacons, one for each light topic-partition. */
public final class Beacons {
    /** The feed sends all beacons of a data center, with one clock. */
    private static final String PRODUCER = "feed";

    private Beacons() {}

    /**
     * A beacon to send.
     *
     * @param partition of the topic of that type
     */
    public record Addressed(String dc, EventType type, int partition, Beacon beacon) {}

    /**
     * Creates a beacon for every data center, type of light event and partition.
     *
     * @param timeMs event time up to which the data center has emitted everything, within the allowed disorder; ms
     *     since the Unix epoch, positive
     */
    public static List<Addressed> all(Collection<String> dcs, int partitions, long timeMs) {
        if (timeMs <= 0) {
            throw new IllegalArgumentException("time of a beacon: expected a positive time, found " + timeMs);
        }
        List<Addressed> all = new ArrayList<>();
        for (String dc : dcs) {
            Beacon beacon = Beacon.newBuilder()
                    .setTime(timeMs)
                    .setDc(dc)
                    .setProducer(PRODUCER)
                    .build();
            for (EventType type : EventType.values()) {
                for (int partition = 0; partition < partitions; partition++) {
                    all.add(new Addressed(dc, type, partition, beacon));
                }
            }
        }
        return all;
    }
}
