package io.lightflow.topology.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.archive.commit.OrphanFiles;
import io.lightflow.archive.commit.ReachableFiles;
import io.lightflow.archive.commit.TableLedger;
import io.lightflow.position.Position;
import io.lightflow.position.TopicPosition;
import io.lightflow.position.TopicPosition.Incarnation;
import io.lightflow.topology.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.iceberg.Snapshot;

/**
 * One schedule of kills: processes write one table while they are killed, their requests get lost or arrive late, disks
 * fill up, topics are recreated, and snapshots expire. After each event the table must hold exactly the records below
 * its ledger, each once. In the end everything is read, and clean-up leaves only files that the table refers to.
 */
final class ArchiveKills {
    private static final int EVENTS = 60;
    private static final int MOST_ROUNDS = 60;
    private static final Pattern RANGE = Pattern.compile(
            "\\{\"topic\":\"(.+?)\",\"incarnation\":(\\d+),\"partition\":(\\d+),\"from\":(\\d+),\"to\":(\\d+)}");

    private final Random random;
    private final ArchiveTrace trace = new ArchiveTrace();
    private final ManualClock clock = new ManualClock();
    private final ArchivedLog log = new ArchivedLog();
    private final SimulatedFiles.Disk disk = new SimulatedFiles.Disk(clock);
    private final SimulatedCatalog catalog = new SimulatedCatalog(clock, disk);
    private final ObservedTable observed;
    private final List<ArchiveProcess> zombies = new ArrayList<>();
    /** Of events during a call of another process. */
    private final List<Throwable> failures = new ArrayList<>();

    private ArchiveProcess current;
    private int processes;
    private int kills;
    private int depth;

    private ArchiveKills(long seed) {
        random = new Random(seed);
        SimulatedFiles files = new SimulatedFiles(disk, ArchiveFaults.none());
        catalog.create(files);
        observed = new ObservedTable(catalog.load(files, ArchiveFaults.none()));
        current = start();
    }

    /**
     * How a schedule went.
     *
     * @param trace the same lines in every run of the schedule
     */
    record Outcome(int kills, List<String> trace) {}

    /**
     * Runs a schedule.
     *
     * @throws AssertionError if the table is wrong
     */
    static Outcome run(long seed) {
        ArchiveKills world = new ArchiveKills(seed);
        for (int event = 0; event < EVENTS; event++) {
            world.next();
            world.requireNoFailure();
        }
        world.settle();
        return new Outcome(world.kills, world.trace.lines());
    }

    private ArchiveProcess start() {
        return new ArchiveProcess("process" + processes++, log, catalog, disk, clock, random, trace, this::meanwhile);
    }

    /** While a process waits, the others go on. */
    private void meanwhile() {
        if (depth < 2) {
            depth++;
            try {
                next();
            } catch (AssertionError | RuntimeException e) {
                // Iceberg catches what it is called within.
                failures.add(e);
            } finally {
                depth--;
            }
        }
    }

    private void requireNoFailure() {
        if (!failures.isEmpty()) {
            throw new AssertionError("while a process waited: " + failures.get(0), failures.get(0));
        }
    }

    private void next() {
        clock.advance(Duration.ofSeconds(random.nextInt(60)));
        int event = random.nextInt(16);
        trace.add("event " + event + " at " + clock.instant());
        switch (event) {
            case 0, 1 -> log.append(random);
            case 2 -> {
                if (random.nextInt(4) == 0) {
                    log.recreate(random);
                }
            }
            case 3 -> catalog.deliver(random);
            case 4 -> replace();
            case 5, 6 -> zombieWorks();
            case 7 -> guarded(current, current::expire);
            case 8 -> guarded(current, current::cleanUp);
            case 9 -> clock.advance(Duration.ofMinutes(random.nextInt(300)));
            default -> {
                log.append(random);
                current.faults().arm();
                work(current, random.nextInt(3) > 0);
            }
        }
        audit();
    }

    /** Another process takes over; the former one does not know. */
    private void replace() {
        if (zombies.size() < 3) {
            zombies.add(current);
        }
        current = start();
    }

    private void zombieWorks() {
        if (!zombies.isEmpty()) {
            ArchiveProcess zombie = zombies.get(random.nextInt(zombies.size()));
            if (random.nextInt(3) == 0) {
                zombie.faults().arm();
            }
            work(zombie, true);
        }
    }

    private void work(ArchiveProcess process, boolean commit) {
        guarded(process, () -> process.work(commit));
        process.faults().disarm();
    }

    private void guarded(ArchiveProcess process, Runnable action) {
        try {
            process.run(action);
        } catch (ArchiveFaults.Killed e) {
            kills++;
            zombies.remove(process);
            if (process == current) {
                current = start();
            }
        }
    }

    private void settle() {
        zombies.clear();
        while (catalog.hasDelayed()) {
            catalog.deliver(random);
            audit();
        }
        depth = Integer.MAX_VALUE;
        replace();
        zombies.clear();
        for (int round = 0; !isEverythingRead(); round++) {
            assertThat(round).as("rounds without faults").isLessThan(MOST_ROUNDS);
            current.finish();
            audit();
        }
        current.expire();
        clock.advance(OrphanFiles.MIN_AGE.plusSeconds(1));
        current.cleanUp();
        audit();
        assertThat(disk.locations())
                .as("files after clean-up")
                .containsExactlyInAnyOrderElementsOf(ReachableFiles.of(observed.table()))
                .containsExactlyInAnyOrderElementsOf(observed.reachable());
    }

    private boolean isEverythingRead() {
        TableLedger ledger = observed.refresh();
        for (String topic : log.topics()) {
            for (int shard = 0; shard < ArchivedLog.SHARDS; shard++) {
                if (ledger.entry(shard).position().nextOffset(topic, log.incarnation(topic)) < log.end(topic, shard)) {
                    return false;
                }
            }
        }
        return true;
    }

    private void audit() {
        TableLedger ledger = observed.refresh();
        List<String> expected = new ArrayList<>();
        for (int shard = 0; shard < ArchivedLog.SHARDS; shard++) {
            Position position = ledger.entry(shard).position();
            for (Map.Entry<String, TopicPosition> topic : position.topics().entrySet()) {
                for (Incarnation life : topic.getValue().incarnations()) {
                    expected.addAll(log.below(topic.getKey(), life.id(), shard, life.nextOffset()));
                }
            }
        }
        List<String> found = observed.rows();
        Collections.sort(expected);
        Collections.sort(found);
        assertThat(found).as("archived rows").isEqualTo(expected);
        Set<String> missing = observed.reachable();
        missing.removeAll(disk.locations());
        assertThat(missing)
                .as("files that snapshots refer to and that are gone")
                .isEmpty();
        requireRanges(ledger);
        trace.add(found.size() + " rows, " + ledger.entries());
    }

    /** The ranges of the newest snapshot end where its ledger is. */
    private void requireRanges(TableLedger ledger) {
        Snapshot head = observed.table().currentSnapshot();
        if (head == null) {
            return;
        }
        Matcher ranges = RANGE.matcher(head.summary().get("lightflow.ranges"));
        while (ranges.find()) {
            Position position = ledger.entry(Integer.parseInt(ranges.group(3))).position();
            assertThat(position.nextOffset(ranges.group(1), Integer.parseInt(ranges.group(2))))
                    .as("end of " + ranges.group())
                    .isEqualTo(Long.parseLong(ranges.group(5)))
                    .isGreaterThan(Long.parseLong(ranges.group(4)));
        }
    }
}
