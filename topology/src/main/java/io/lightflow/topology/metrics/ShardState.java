package io.lightflow.topology.metrics;

import java.util.Objects;

/**
 * What a worker knows of a shard that it works on.
 *
 * @param watermark {@link io.lightflow.position.Position#NO_TIME} before there is one
 * @param waits whether its loop waits for an unavailable server
 * @param stopReason why it needs an operator; null if it works
 */
public record ShardState(String group, String topology, int shard, long watermark, boolean waits, String stopReason) {
    public ShardState {
        Objects.requireNonNull(group, "group");
        Objects.requireNonNull(topology, "topology");
    }

    /** Whether the shard makes progress when there is something to read. */
    public boolean isReady() {
        return !waits && stopReason == null;
    }
}
