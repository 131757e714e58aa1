package io.lightflow.peers.flink;

import io.lightflow.event.EventType;

/** A record of an input topic. Flink serializes it by its public fields. */
public final class LightRecord {
    /** Ordinal of its {@link EventType}; {@link #BEACON} for beacons. */
    public int type;

    /** Empty for beacons. */
    public String joinKey;

    /** Event time in ms since the Unix epoch. */
    public long time;

    public byte[] value;

    static final int BEACON = -1;

    public LightRecord() {}

    LightRecord(int type, String joinKey, long time, byte[] value) {
        this.type = type;
        this.joinKey = joinKey;
        this.time = time;
        this.value = value;
    }
}
