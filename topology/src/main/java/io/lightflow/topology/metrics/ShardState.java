package io.lightflow.topology.metrics;

import java.util.Objects;

/**
 * What is known of a shard.
 *
 * @param watermark {@link io.lightflow.position.Position#NO_TIME} before there is one
 * @param reason why it makes no progress; null if it does when there is something to read
 */
public record ShardState(String group, String topology, int shard, long watermark, String reason) {
    public ShardState {
        Objects.requireNonNull(group, "group");
        Objects.requireNonNull(topology, "topology");
    }

    public boolean isReady() {
        return reason == null;
    }
}
