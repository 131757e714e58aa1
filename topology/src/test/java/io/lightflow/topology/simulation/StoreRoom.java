package io.lightflow.topology.simulation;

import io.lightflow.attribution.LastClick;
import io.lightflow.event.Block;
import io.lightflow.event.BlockPart;
import io.lightflow.event.OutputEvent;
import io.lightflow.identity.StoreIdentity;
import io.lightflow.identity.StoreIdentity.MarkedWrite;
import io.lightflow.invariant.StreamGenerator;
import io.lightflow.invariant.StreamGenerator.Lateness;
import io.lightflow.invariant.TestSchemas;
import io.lightflow.join.JoinSettings;
import io.lightflow.join.JoinStep;
import io.lightflow.join.StepBounds;
import io.lightflow.position.JoinProgress;
import io.lightflow.position.Position;
import io.lightflow.position.StoreVersion;
import io.lightflow.position.TopicPosition.Incarnation;
import io.lightflow.rebuild.ShardRebuild;
import io.lightflow.sink.Commit;
import io.lightflow.sink.ShardMove;
import io.lightflow.store.StoreWrite;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * The join store of the simulated world, and the copies that an operator has made of it. The store may be replaced by
 * an empty one, by a copy or by that of another group. The topology must then stop until the operator repairs it.
 *
 * <p>A rebuild is exact as long as no event is later than the allowed disorder, no row is full, no rule changes, no
 * field is filled by data that changes, and copies of an event in different topics have one time. The store stays in
 * place in other schedules.
 */
final class StoreRoom {
    /** A block may be empty, but not for ever. */
    private static final int MAX_IDLE_BLOCKS = 1_000;

    /** Many blocks of a rebuild have larger outputs, and are split. */
    private static final int MAX_REBUILD_BYTES = 1_000;

    private static final int FOREIGN_WRITES = 100;
    private static final long DAY_MS = 24 * 3_600_000L;

    private final Schedule schedule;
    private final JoinSettings settings;
    private final TestSchemas schemas;
    private final CentralCluster central;
    private final Backend<List<OutputEvent>> backend;
    private final List<CellStore> copies = new ArrayList<>();
    private CellStore current;
    private boolean damaged;

    StoreRoom(
            Schedule schedule,
            JoinSettings settings,
            TestSchemas schemas,
            CentralCluster central,
            Backend<List<OutputEvent>> backend,
            CellStore first) {
        this.schedule = schedule;
        this.settings = settings;
        this.schemas = schemas;
        this.central = central;
        this.backend = backend;
        this.current = first;
    }

    /** The store that a process opens now. */
    CellStore current() {
        return current;
    }

    void copy() {
        copies.add(current.copy());
    }

    private boolean isRebuildExact() {
        return schedule.lateness() == Lateness.WITHIN_BOUND
                && !schedule.reconfigures()
                && settings.rowCap() == JoinSettings.DEFAULT_ROW_CAP
                && !StreamGenerator.hasClients(schedule.seed())
                && !StreamGenerator.hasRivals(schedule.seed());
    }

    /**
     * Puts another store in place. The processes that had the former one open have ended. Nothing could reveal that a
     * ledger and its store were set back to the same moment, so one of them at a time is damaged.
     */
    void swap(Random random) {
        if (!isRebuildExact() || damaged) {
            return;
        }
        damaged = true;
        switch (random.nextInt(3)) {
            case 0 -> current = new CellStore();
            case 1 -> current = foreign();
            default ->
                current = copies.isEmpty()
                        ? new CellStore()
                        : copies.get(random.nextInt(copies.size())).copy();
        }
    }

    /** The store of a ledger that has come as far. */
    private CellStore foreign() {
        CellStore foreign = new CellStore();
        StoreIdentity others = identity(foreign, new Random(schedule.seed()));
        for (int shard = 0; shard < schedule.shards(); shard++) {
            StoreVersion version = new StoreVersion(1, 0, 0);
            for (int write = 0; write < FOREIGN_WRITES; write++) {
                // A day apart, so that each has a mark.
                MarkedWrite marked = others.mark(new StoreWrite(shard, List.of(), List.of()), version, write * DAY_MS);
                foreign.write(List.of(marked.write()));
                version = marked.version();
            }
        }
        return foreign;
    }

    private StoreIdentity identity(CellStore cells, Random random) {
        return new StoreIdentity(settings.group(), new TaskStore(cells, Perils.none()), () -> false, random::nextInt);
    }

    /** Sets a shard's ledger back by at least three writes: a store may be two writes ahead. */
    void setBackLedger(int shard, int writes) {
        if (isRebuildExact() && !damaged) {
            damaged = backend.setBack(shard, 2 + writes);
        }
    }

    boolean isDamaged() {
        return damaged;
    }

    /** Restores ledgers that were set back, and fills the stores of shards that do not match their ledgers. */
    void repair(Random random) {
        damaged = false;
        backend.restore();
        for (int shard = 0; shard < schedule.shards(); shard++) {
            SimulatedSink<List<OutputEvent>> sink = new SimulatedSink<>(backend, Perils.none());
            Position ledger = sink.open(shard);
            StoreIdentity identity = identity(current, random);
            if (!identity.mismatches(Map.of(shard, ledger)).isEmpty()) {
                Position taken = JoinStep.takeOver(ledger);
                sink.commit(List.of(new Commit<>(List.of(new ShardMove(shard, ledger, taken)), List.of())));
                JoinProgress join = rebuild(shard, taken, random);
                Position next = taken.with(identity.markRebuilt(shard)).with(join);
                sink.commit(List.of(new Commit<>(List.of(new ShardMove(shard, taken, next)), List.of())));
            }
        }
    }

    private JoinProgress rebuild(int shard, Position ledger, Random random) {
        int most = 1 + random.nextInt(20);
        StepBounds bounds = new StepBounds(
                1 + random.nextInt(MAX_REBUILD_BYTES), schedule.bounds().timers());
        JoinStep step = new JoinStep(settings, new LastClick(), schemas.ids(), schemas, bounds);
        ShardRebuild rebuild = new ShardRebuild(step, new TaskStore(current, Perils.none()), Position.START, ledger);
        for (int idle = 0; idle < MAX_IDLE_BLOCKS; idle++) {
            Position before = rebuild.position();
            List<BlockPart> parts = new ArrayList<>();
            for (String topic : ledger.topics().keySet()) {
                next(rebuild, topic).ifPresent(life -> {
                    long from = rebuild.position().nextOffset(topic, life.id());
                    long to = Math.min(
                            from + random.nextInt(most + 1),
                            central.partition(life.id(), shard).end());
                    parts.add(central.partition(life.id(), shard).part(from, Math.max(from, to)));
                });
            }
            if (parts.isEmpty()) {
                return rebuild.progress();
            }
            rebuild.add(new Block(shard, parts, 0));
            if (!rebuild.position().equals(before)) {
                idle = 0;
            }
        }
        throw new AssertionError("L: the rebuild of shard " + shard + " makes no progress");
    }

    /** The oldest incarnation of a topic that is not yet read up to the ledger. The simulation keeps them all. */
    private static Optional<Incarnation> next(ShardRebuild rebuild, String topic) {
        return rebuild.target().topics().get(topic).incarnations().stream()
                .filter(life -> !rebuild.has(topic, life.id()))
                .min(Comparator.comparingInt(Incarnation::id));
    }
}
