package io.lightflow.topology.simulation;

import io.lightflow.attribution.LastClick;
import io.lightflow.enrichment.Enrichment;
import io.lightflow.event.OutputEvent;
import io.lightflow.identity.StoreIdentity;
import io.lightflow.invariant.EvolvedSchemas;
import io.lightflow.invariant.Stream;
import io.lightflow.invariant.StreamGenerator;
import io.lightflow.invariant.TestSchemas;
import io.lightflow.join.JoinSettings;
import io.lightflow.join.JoinStep;
import io.lightflow.join.OtherBuildStore;
import io.lightflow.join.OtherBuildStore.Build;
import io.lightflow.position.Position;
import io.lightflow.statistics.Statistics;
import io.lightflow.store.JoinStore;
import io.lightflow.topology.ManualClock;
import io.lightflow.topology.dataflow.DataflowLoop;
import io.lightflow.topology.dataflow.StepFactory;
import io.lightflow.topology.loop.BackoffRetrier;
import io.lightflow.topology.loop.BlockLoop;
import io.lightflow.topology.loop.LoopObserver;
import io.lightflow.topology.loop.StopNotices;
import io.lightflow.topology.statistics.StatisticsLoop;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * The simulated world: front clusters and mirrors, the central cluster, both topologies, store and sinks, and a clock.
 * It runs the events of a schedule, with checks after each. Then it runs without faults until everything is processed,
 * and is checked against the brute-force answer.
 */
final class World {
    private static final List<String> DCS = List.of("us-east", "us-west");
    private static final int MOST_ROUNDS = 50;
    private static final int DEEPEST_STALL = 3;

    private final Schedule schedule;
    private final Flaw flaw;
    private final Journal journal;
    private final ManualClock clock = new ManualClock();
    private final List<Stream> streams;
    /** The settings and the build of tasks that start now. */
    private JoinSettings settings;

    private Build build = OtherBuildStore.CURRENT;
    /** Version of the newest data for enrichment. */
    private long dataVersion;

    private final List<Build> builds;
    private final TestSchemas schemas = new TestSchemas();
    private final UnreliableRegistry registry = new UnreliableRegistry(schemas, clock);
    private final CentralCluster central;
    private final JoinedLog joined;
    private final StoreRoom stores;
    private final StatisticsTables tables = new StatisticsTables();
    private final Backend<List<OutputEvent>> joinBackend;
    private final Backend<Statistics> countBackend;
    private final Crew dataflow;
    private final Crew counter;
    private final Auditor auditor;
    private int nextEvent;
    private int depth;

    World(Schedule schedule, Flaw flaw, Journal journal) {
        this.schedule = schedule;
        this.flaw = flaw;
        this.journal = journal;
        streams = HostileStreams.withExtremeAmounts(
                StreamGenerator.streams(schedule.seed(), schedule.shards(), schedule.lateness()), schedule.seed());
        settings = streams.get(0).settings();
        builds = List.of(
                OtherBuildStore.CURRENT,
                OtherBuildStore.withSchemas(schemas, EvolvedSchemas::withMoreFields),
                OtherBuildStore.withSchemas(schemas, EvolvedSchemas::withReversedFields));
        central = new CentralCluster(
                HostileStreams.withFailingEvents(
                        ForbiddenRecords.in(streams, schemas, schedule.seed()), schedule.seed()),
                1_000);
        joined = new JoinedLog(settings.group(), schemas);
        joinBackend = new Backend<>(joined, flaw);
        countBackend = new Backend<>(tables, flaw);
        stores = new StoreRoom(
                schedule,
                settings,
                schemas,
                central,
                joinBackend,
                flaw == Flaw.WAITING_CLICKS_DELETED ? new DrainingCellStore(streams, joinBackend) : new CellStore());
        dataflow = new Crew(
                "dataflow",
                schedule.shards(),
                central,
                perils -> new SimulatedSink<>(joinBackend, perils, settings),
                this::dataflowLoop,
                clock,
                journal,
                this::meanwhile);
        counter = new Crew(
                "stats-counter",
                schedule.shards(),
                joined,
                perils -> new SimulatedSink<>(countBackend, perils),
                this::statisticsLoop,
                clock,
                journal,
                this::meanwhile);
        auditor = new Auditor(schedule, streams, schemas, central, joined, tables, joinBackend, countBackend, journal);
    }

    private BlockLoop dataflowLoop(Perils perils) {
        JoinSettings own = settings;
        JoinStore intact = new TaskStore(stores.current(), perils, build);
        JoinStore store = flaw == Flaw.EVENTS_NOT_SYNCED ? new UnsyncedEvents(intact, stores.current(), build) : intact;
        return new DataflowLoop(
                steps(own),
                2,
                store,
                new StoreIdentity(settings.group(), store, () -> false, () -> perils.random()
                        .nextInt()),
                new SimulatedSink<>(joinBackend, perils, own),
                StopNotices.NONE,
                work -> soonOrLater(work, perils),
                clock,
                retrier(perils),
                LoopObserver.NONE);
    }

    private StepFactory steps(JoinSettings own) {
        Function<Enrichment, JoinStep> steps =
                data -> new JoinStep(own, new LastClick(), schemas.ids(), registry, schedule.bounds(), data);
        return StreamGenerator.hasClients(schedule.seed())
                ? new ChangingData(steps, () -> ++dataVersion)
                : () -> steps.apply(Enrichment.NONE);
    }

    /** Commits now, or leaves the commit to the next batch. If the task dies before that, the commit never happens. */
    private static void soonOrLater(Runnable work, Perils perils) {
        if (perils.random().nextBoolean()) {
            work.run();
        }
    }

    private BlockLoop statisticsLoop(Perils perils) {
        return new StatisticsLoop(
                new SimulatedSink<>(countBackend, perils),
                Duration.ofMillis(schedule.microBatchMs()),
                schedule.maxRows(),
                clock,
                retrier(perils),
                work -> soonOrLater(work, perils),
                LoopObserver.NONE);
    }

    /** While a loop waits for an answer, the others continue. */
    private BackoffRetrier retrier(Perils perils) {
        return new BackoffRetrier(
                clock,
                time -> {
                    clock.advance(time);
                    meanwhile(perils.random().nextInt(2));
                },
                LoopObserver.NONE);
    }

    /** Runs the schedule. @throws AssertionError if an invariant is violated */
    void run() {
        while (nextEvent < schedule.events().size()) {
            next();
        }
        settle();
        auditor.finish();
    }

    private void meanwhile(int events) {
        if (depth < DEEPEST_STALL) {
            depth++;
            for (int i = 0; i < events && nextEvent < schedule.events().size(); i++) {
                next();
            }
            depth--;
        }
    }

    private void next() {
        int number = nextEvent++;
        Event event = schedule.events().get(number);
        journal.tell(() -> "%3d %s%s".formatted(number, "    ".repeat(depth), event));
        journal.count(event);
        clock.advance(Duration.ofMillis(Math.floorMod(event.salt(), 2_000)));
        happen(event, new Random(event.salt()));
        auditor.audit();
    }

    private void happen(Event event, Random random) {
        int which = event.which();
        int amount = event.amount();
        Crew crew = which % 3 == 0 ? counter : dataflow;
        String dc = DCS.get(which % DCS.size());
        switch (event.what()) {
            case JOIN -> dataflow.work(which, amount, event.blow(), random);
            case COUNT -> counter.work(which, 3 * amount, event.blow(), random);
            case READ_AHEAD -> crew.readAhead(which, amount, event.blow(), random);
            case MIRROR -> central.mirror(dc, amount, random);
            case MIRROR_AGAIN -> central.mirrorAgain(dc, amount, random);
            case REBUILD_TOPIC ->
                central.rebuild(central.names().get(which % central.names().size()), random);
            case REBUILD_MIRROR ->
                central.names().stream()
                        .filter(topic -> topic.startsWith(dc))
                        .forEach(topic -> central.rebuild(topic, random));
            case CUT_DC -> central.cut(dc);
            case HEAL_DC -> central.heal(dc);
            case TAKE_OVER -> crew.takeOver(which);
            case ZOMBIE -> crew.zombie(which, amount, event.blow(), random);
            case WIPE_TRIDENT -> crew.restart(crew.size(), 0, random);
            case ROLL_BACK_TRIDENT -> crew.restart(crew.size(), crew.txid() - amount, random);
            case REBALANCE -> crew.restart(1 + amount % 3, crew.txid(), random);
            case REWIND -> crew.rewind(which, amount, random);
            case WAIT -> clock.advance(Duration.ofSeconds(amount * 5L));
            case COPY_STORE -> stores.copy();
            case SWAP_STORE -> {
                dataflow.kill();
                stores.swap(random);
            }
            case SET_BACK_LEDGER -> {
                dataflow.kill();
                stores.setBackLedger(which % schedule.shards(), amount);
            }
            case RECONFIGURE -> {
                settings = Reconfiguration.of(streams.get(0).settings(), random);
                dataflow.restart(dataflow.size(), dataflow.txid(), random);
            }
            case UPGRADE -> {
                build = builds.get(which % builds.size());
                dataflow.restart(dataflow.size(), dataflow.txid(), random);
            }
            case REPAIR -> repair(random);
            case SLOW_KAFKA -> joinBackend.slowness().begin(5 * amount, which);
            case CUT_OFF_LOG -> cutOffLog(which, amount);
            case FORGET_COMMIT -> joinBackend.forgetNextCommit();
            case REGISTRY_AWAY -> registry.fail(Duration.ofSeconds(20L * amount));
        }
    }

    /**
     * Only while no zombie is alive: one that reads from an old position would store the new records under origins of
     * lost ones.
     */
    private void cutOffLog(int which, int records) {
        if (depth > 0 || dataflow.hasZombies()) {
            return;
        }
        String topic = central.names().get(which % central.names().size());
        int shard = which % schedule.shards();
        int incarnation = central.incarnations().get(topic);
        central.cutOff(topic, shard, joinBackend.position(shard).nextOffset(topic, incarnation), records);
    }

    private void repair(Random random) {
        central.repair(random);
        if (stores.isDamaged()) {
            dataflow.kill();
            stores.repair(random);
        }
    }

    /** Ends all faults, and lets every task continue until everything is processed. */
    private void settle() {
        Random random = new Random(schedule.seed());
        repair(random);
        DCS.forEach(central::heal);
        if (joinBackend.endForgetting()) {
            // A loop notices with its next block, which may never come in this world.
            dataflow.kill();
        }
        boolean moved = true;
        for (int round = 0; !isDone() || moved; round++) {
            if (round == MOST_ROUNDS) {
                throw new AssertionError("not everything is read after " + round + " undisturbed rounds");
            }
            int number = round;
            List<Position> before = joinPositions();
            journal.tell(() -> "    round " + number + " of peace");
            DCS.forEach(dc -> central.mirror(dc, 1 + random.nextInt(50), random));
            dataflow.workAll(1 + random.nextInt(50), random);
            clock.advance(Duration.ofSeconds(20));
            counter.workAll(1 + random.nextInt(150), random);
            auditor.audit();
            // The last commit of a batch may be in flight, and what fires only then.
            moved = !joinPositions().equals(before);
        }
    }

    private List<Position> joinPositions() {
        return IntStream.range(0, schedule.shards())
                .mapToObj(joinBackend::position)
                .toList();
    }

    private boolean isDone() {
        return central.isComplete() && isRead(central, joinBackend) && isRead(joined, countBackend);
    }

    private boolean isRead(Source source, Backend<?> backend) {
        for (int shard = 0; shard < schedule.shards(); shard++) {
            Position position = backend.position(shard);
            for (String topic : source.topics().keySet()) {
                int incarnation = source.incarnations().get(topic);
                if (position.nextOffset(topic, incarnation) < source.end(topic, shard)) {
                    return false;
                }
            }
        }
        return true;
    }
}
