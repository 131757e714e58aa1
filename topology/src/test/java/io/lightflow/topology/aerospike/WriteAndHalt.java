package io.lightflow.topology.aerospike;

import io.lightflow.store.DurableJoinStoreContract;
import io.lightflow.topology.settings.AerospikeCluster;
import java.time.Duration;

/** A process that writes to the given set (arguments: host, namespace, set) and is gone without closing the store. */
final class WriteAndHalt {
    private WriteAndHalt() {}

    public static void main(String[] arguments) {
        AerospikeJoinStore store = AerospikeJoinStore.open(
                AerospikeCluster.of(arguments[0], arguments[1]).withSet(arguments[2]), Duration.ofDays(30));
        store.write(DurableJoinStoreContract.writesOfTheKilledProcess());
        Runtime.getRuntime().halt(DurableJoinStoreContract.HALTED);
    }
}
