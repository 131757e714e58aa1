package io.lightflow.topology.stores;

import io.lightflow.identity.StoreIdentity;
import io.lightflow.join.JoinStep;
import io.lightflow.position.Position;
import io.lightflow.rebuild.ShardRebuild;
import io.lightflow.sink.SinkUnavailableException;
import io.lightflow.topology.dataflow.DataflowTopology;
import io.lightflow.topology.dataflow.OpenStore;
import io.lightflow.topology.dataflow.StepFactory;
import io.lightflow.topology.descriptor.LedgerMover;
import io.lightflow.topology.settings.GroupSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Fills the join store of a group from the light topics up to the ledger, without output (invariant L). At the end each
 * shard's ledger names the new store. Until then the topology refuses it, so an interrupted rebuild can be repeated.
 */
public final class StoreRebuild {
    private final GroupSettings settings;
    private final Consumer<String> report;

    /** @param report receives a line for everything that an operator should know */
    public StoreRebuild(GroupSettings settings, Consumer<String> report) {
        this.settings = settings;
        this.report = report;
    }

    /**
     * Fills the store from the oldest records that exist.
     *
     * @throws io.lightflow.topology.settings.SettingsException if the topology works on the group
     */
    public void run() {
        try (GroupLock lock = GroupLock.claim(settings, "rebuild-store")) {
            run(lock, Map.of());
        }
    }

    /**
     * Fills the store from its own positions; the caller has the lock.
     *
     * @param begins what the store holds already, by shard; a shard without a position is read from its beginning
     */
    void run(GroupLock lock, Map<Integer, Position> begins) {
        OpenStore store = OpenStore.of(settings);
        ExecutorService threads = Executors.newFixedThreadPool(
                Math.min(settings.shards(), Runtime.getRuntime().availableProcessors()));
        try (StepFactory steps = DataflowTopology.steps(settings)) {
            Map<Integer, Future<List<String>>> running = new TreeMap<>();
            for (int shard = 0; shard < settings.shards(); shard++) {
                int number = shard;
                running.put(shard, threads.submit(() -> rebuild(number, begins.get(number), steps.newStep(), store)));
            }
            for (Future<List<String>> shard : running.values()) {
                shard.get().forEach(report);
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure
                    ? failure
                    : new IllegalStateException("the rebuild failed: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the rebuild was interrupted; repeat it", e);
        } finally {
            threads.shutdownNow();
            store.cells().close();
        }
        lock.withdrawStops();
    }

    /** Takes the shard over first, which ends a commit in doubt. So the ledger stays where it is. */
    private List<String> rebuild(int shard, Position begin, JoinStep step, OpenStore store) {
        List<String> lines = new ArrayList<>();
        try (LedgerMover mover = DataflowTopology.INSTANCE.ledgerMover(settings)) {
            // The cells of the rebuild have a number of their own, above those of all former attempts.
            AtomicReference<Position> taken = new AtomicReference<>();
            mover.move(shard, ledger -> {
                taken.set(JoinStep.takeOver(ledger));
                return taken.get();
            });
            mover.move(shard, ledger -> {
                if (!ledger.equals(taken.get())) {
                    throw new SinkUnavailableException(
                            "the ledger of shard " + shard + " does not show that the rebuild took it over; run the"
                                    + " command again",
                            null);
                }
                LightLog log = LightLog.of(settings, shard);
                ShardRebuild rebuild =
                        new ShardRebuild(step, store.cells(), begin == null ? log.begin() : begin, ledger);
                log.readInto(rebuild);
                StoreIdentity identity = store.identity(settings.group());
                Position next = ledger.with(identity.markRebuilt(shard)).with(rebuild.progress());
                lines.addAll(RebuildReport.lines(shard, log, rebuild, next, settings));
                return next;
            });
        }
        return lines;
    }
}
