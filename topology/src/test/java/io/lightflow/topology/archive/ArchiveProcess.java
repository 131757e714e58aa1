package io.lightflow.topology.archive;

import io.lightflow.archive.commit.HourCompaction;
import io.lightflow.archive.commit.NewFiles;
import io.lightflow.archive.commit.OrphanFiles;
import io.lightflow.archive.commit.Retention;
import io.lightflow.archive.commit.TableSink;
import io.lightflow.archive.table.ArchiveRecord;
import io.lightflow.archive.table.Records;
import io.lightflow.event.Block;
import io.lightflow.position.Position;
import io.lightflow.sink.SinkUnavailableException;
import io.lightflow.topology.ManualClock;
import io.lightflow.topology.loop.BackoffRetrier;
import io.lightflow.topology.loop.LoopObserver;
import io.lightflow.topology.loop.RetryException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.PartitionData;
import org.apache.iceberg.Table;

/** A process of the topology, with the real loop and sink, and files whose rows are lines. */
final class ArchiveProcess {
    /** Later than any snapshot: Iceberg stamps them with the time of the machine. */
    private static final InstantSource AFTER_EVERY_SNAPSHOT =
            InstantSource.fixed(Instant.parse("2200-01-01T00:00:00Z"));

    /** Many more than outages last. */
    private static final int MAX_PAUSES = 40;

    private final String name;
    private final ArchivedLog log;
    private final Random random;
    private final ArchiveFaults faults;
    private final Table table;
    private final ManualClock clock;
    private final TableLoop loop;
    /** Where reading continues; absent after a failure. */
    private final Map<Integer, Position> next = new HashMap<>();

    private final TableSink reader;
    /** What commands see of the table. */
    private final Table maintained;

    private int files;
    private boolean busy;
    /** Of the present action. */
    private int pauses;

    /** @param name of the process, unique in the schedule */
    ArchiveProcess(
            String name,
            ArchivedLog log,
            SimulatedCatalog catalog,
            SimulatedFiles.Disk disk,
            ManualClock clock,
            Random random,
            ArchiveTrace trace,
            Runnable meanwhile) {
        this.name = name;
        this.log = log;
        this.random = random;
        this.clock = clock;
        this.faults = new ArchiveFaults(name, random, trace, meanwhile);
        SimulatedFiles io = new SimulatedFiles(disk, faults);
        this.table = catalog.load(io, faults);
        this.reader = new TableSink(catalog.load(io, faults), clock);
        this.maintained = catalog.load(io, faults);
        BackoffRetrier retrier = new BackoffRetrier(
                clock,
                time -> {
                    if (++pauses > MAX_PAUSES) {
                        throw new AssertionError(name + " waits for ever");
                    }
                    clock.advance(time);
                    meanwhile.run();
                },
                LoopObserver.NONE);
        HourCompaction compaction = new HourCompaction(table, this::merge);
        this.loop = new TableLoop(
                new TableLoop.TableWork() {
                    @Override
                    public String name() {
                        return "us.impressions";
                    }

                    @Override
                    public NewFiles write(List<Records> records) {
                        try {
                            return new NewFiles(writeFiles(records), clock.millis());
                        } catch (UncheckedIOException e) {
                            throw new SinkUnavailableException("files cannot be written", e);
                        }
                    }

                    @Override
                    public void committed() {
                        if (random.nextInt(3) == 0) {
                            struck(() -> compaction.run(Duration.ofDays(1).toMillis()));
                        }
                    }
                },
                new TableSink(table, clock),
                clock,
                retrier,
                work -> {
                    if (random.nextBoolean()) {
                        work.run();
                    }
                },
                LoopObserver.NONE);
    }

    ArchiveFaults faults() {
        return faults;
    }

    /** Runs an action of this process, unless it waits within another one. */
    void run(Runnable action) {
        if (busy) {
            return;
        }
        busy = true;
        pauses = 0;
        try {
            action.run();
        } finally {
            busy = false;
        }
    }

    private List<DataFile> writeFiles(List<Records> records) {
        StringBuilder lines = new StringBuilder();
        int rows = 0;
        for (Records of : records) {
            for (ArchiveRecord record : of.records()) {
                lines.append(of.topic() + "/" + of.incarnation() + "/" + of.partition() + "/" + record.offset() + "\n");
                rows++;
            }
        }
        return rows == 0 ? List.of() : List.of(write(lines.toString(), rows));
    }

    private DataFile write(String lines, int rows) {
        String location = table.location() + "/data/" + name + "-" + files++;
        byte[] bytes = lines.getBytes(StandardCharsets.UTF_8);
        try (OutputStream out = table.io().newOutputFile(location).create()) {
            out.write(bytes);
        } catch (UncheckedIOException | IOException e) {
            throw new SinkUnavailableException("cannot write " + location, e);
        }
        PartitionData hour = new PartitionData(table.spec().partitionType());
        hour.set(0, 0);
        return DataFiles.builder(table.spec())
                .withPath(location)
                .withFormat(FileFormat.PARQUET)
                .withPartition(hour)
                .withFileSizeInBytes(bytes.length)
                .withRecordCount(rows)
                .build();
    }

    static List<String> rows(Table table, String location) {
        byte[] bytes;
        try (java.io.InputStream in = table.io().newInputFile(location).newStream()) {
            bytes = in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new String(bytes, StandardCharsets.UTF_8).lines().toList();
    }

    private DataFile merge(List<DataFile> merged) {
        StringBuilder lines = new StringBuilder();
        int rows = 0;
        for (DataFile file : merged) {
            for (String row : rows(table, file.location())) {
                lines.append(row).append('\n');
                rows++;
            }
        }
        return write(lines.toString(), rows);
    }

    /** Processes one batch, as Storm would: after a failure, it continues from the ledger. */
    void work(boolean commit) {
        try {
            List<Block> blocks = new ArrayList<>();
            for (int shard = 0; shard < ArchivedLog.SHARDS; shard++) {
                if (!next.containsKey(shard)) {
                    next.put(shard, reader.read(shard));
                }
                blocks.add(log.poll(shard, next.get(shard), random));
            }
            loop.take(1, blocks).ifPresent(retry -> {
                throw retry;
            });
            for (Block block : blocks) {
                next.put(block.shard(), after(next.get(block.shard()), block));
            }
            if (commit) {
                loop.commit();
                if (random.nextBoolean()) {
                    loop.settle();
                }
            }
        } catch (RetryException e) {
            next.clear();
            loop.forget();
        } catch (SinkUnavailableException e) {
            next.clear();
        }
    }

    private static Position after(Position position, Block block) {
        int parts = block.parts().size();
        long[] none = new long[parts];
        java.util.Arrays.fill(none, Position.NO_TIME);
        return position.after(
                block,
                none,
                java.util.Collections.nCopies(parts, io.lightflow.position.ProducerClocks.NONE),
                position.watermark(),
                1,
                position.books());
    }

    /** Commits everything that it took, and waits for it. */
    void finish() {
        work(true);
        try {
            loop.settle();
        } catch (RetryException e) {
            next.clear();
            loop.forget();
        }
    }

    void expire() {
        struck(() -> new Retention(maintained, AFTER_EVERY_SNAPSHOT).expireSnapshots(Duration.ZERO));
    }

    void cleanUp() {
        struck(() -> new OrphanFiles(maintained, clock).delete(OrphanFiles.MIN_AGE));
    }

    /** An action that fails when its process is struck; the next run does the rest. */
    private static void struck(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            if (e instanceof IllegalStateException) {
                throw e;
            }
        }
    }
}
