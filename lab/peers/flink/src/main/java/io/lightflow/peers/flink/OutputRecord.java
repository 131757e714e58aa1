package io.lightflow.peers.flink;

import io.lightflow.peers.PeerOutput;

/** A record of an output topic. Flink serializes it by its public fields. */
public final class OutputRecord {
    /** Ordinal of its {@link PeerOutput}. */
    public int output;

    public String joinKey;

    /** Event time in ms since the Unix epoch. */
    public long time;

    public byte[] value;

    public OutputRecord() {}

    OutputRecord(PeerOutput output, String joinKey, long time, byte[] value) {
        this.output = output.ordinal();
        this.joinKey = joinKey;
        this.time = time;
        this.value = value;
    }
}
