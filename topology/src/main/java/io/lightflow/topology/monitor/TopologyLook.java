package io.lightflow.topology.monitor;

import io.lightflow.position.Books;
import io.lightflow.topology.operator.ShardStatus;
import java.util.List;
import java.util.Map;

/**
 * What the servers told of a topology at one time.
 *
 * @param hasOwner whether ZooKeeper knows a topology that works on the group
 * @param shards by rising number
 * @param stops the reasons of the shards that need an operator
 * @param wrongClocks number of servers whose clocks are wrong
 */
record TopologyLook(
        boolean hasOwner,
        boolean isPaused,
        List<ShardStatus> shards,
        Map<Integer, String> stops,
        Books books,
        int wrongClocks) {
    TopologyLook {
        shards = List.copyOf(shards);
        stops = Map.copyOf(stops);
    }
}
