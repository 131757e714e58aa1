package io.lightflow.lab.torture;

import io.lightflow.deploy.cluster.ClusterProcess;
import io.lightflow.deploy.cluster.StormWorker;
import io.lightflow.lab.torture.StockFault.Struck;
import java.time.Duration;
import java.util.List;

/** The faults of the stock topology: the relevant ones of {@link TortureFaults}, and a control without a fault. */
final class StockFaults {
    private static final int MOST_TASKS = 4;
    private static final Duration NOTHING_FOR = Duration.ofSeconds(10);

    private StockFaults() {}

    /** One fault of each kind. */
    static List<StockFault> all(StockSource source) {
        return List.of(
                nothing(),
                killedInCommit(),
                killedInBatch(),
                killedIdle(),
                tridentWiped(),
                otherParallelism(),
                killed("postgres"),
                killed("kafka-" + source.kafka()),
                killed("zookeeper"));
    }

    private static StockFault nothing() {
        return new StockFault("none", stage -> {
            stage.pause(NOTHING_FOR);
            return Struck.now("control without a fault");
        });
    }

    private static StockFault killedInCommit() {
        return new StockFault("kill -9 worker, in a commit", stage -> {
            StormWorker killed = stage.workers().killInTheMiddleOfACommit();
            return Struck.now("process " + killed.pid() + ", about to write to PostgreSQL");
        });
    }

    private static StockFault killedInBatch() {
        return new StockFault("kill -9 worker, in a batch", stage -> {
            StormWorker killed = stage.workers().killBetweenTwoPartitions();
            return Struck.now("process " + killed.pid() + ", with a batch recorded for some partitions only");
        });
    }

    private static StockFault killedIdle() {
        return new StockFault("kill -9 worker, nothing to count", stage -> {
            stage.settle();
            StormWorker killed = stage.workers().killWithABatchNoted();
            Struck struck = Struck.now("process " + killed.pid() + ", with everything counted and no events arriving");
            stage.feed().goOn();
            return struck;
        });
    }

    private static StockFault tridentWiped() {
        return new StockFault("ZooKeeper's Trident state wiped", stage -> {
            stage.killTopology();
            long gone = System.nanoTime();
            stage.wipeTrident();
            stage.submit(stage.parallelism());
            return new Struck("topology killed, state deleted, submitted again", gone);
        });
    }

    private static StockFault otherParallelism() {
        return new StockFault("other parallelism", stage -> {
            int before = stage.parallelism();
            int after = 1 + (before + stage.random().nextInt(MOST_TASKS - 1)) % MOST_TASKS;
            stage.killTopology();
            long gone = System.nanoTime();
            stage.submit(after);
            return new Struck(
                    "topology killed, and submitted with %d instead of %d tasks".formatted(after, before), gone);
        });
    }

    private static StockFault killed(String name) {
        return new StockFault("kill -9 " + name, stage -> {
            ClusterProcess process = stage.cluster().process(name);
            long pid = process.pid().orElseThrow(() -> new IllegalStateException(name + " is not running"));
            if (name.equals(TortureFaults.POSTGRES)) {
                process.killWithChildren();
            } else {
                process.kill();
            }
            long killed = System.nanoTime();
            process.start();
            return new Struck("process %d, restarted".formatted(pid), killed);
        });
    }
}
