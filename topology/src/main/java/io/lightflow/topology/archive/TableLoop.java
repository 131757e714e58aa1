package io.lightflow.topology.archive;

import io.lightflow.archive.commit.NewFiles;
import io.lightflow.archive.table.ArchiveRecord;
import io.lightflow.archive.table.Records;
import io.lightflow.event.Block;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BlockPart;
import io.lightflow.event.WriterSchemas.SchemasUnavailableException;
import io.lightflow.position.GapException;
import io.lightflow.position.Position;
import io.lightflow.position.PositionCodec;
import io.lightflow.sink.Commit;
import io.lightflow.sink.FencedException;
import io.lightflow.sink.ShardMove;
import io.lightflow.sink.Sink;
import io.lightflow.sink.SinkUnavailableException;
import io.lightflow.topology.loop.BackoffRetrier;
import io.lightflow.topology.loop.FutureTasks;
import io.lightflow.topology.loop.LogContext;
import io.lightflow.topology.loop.LoopObserver;
import io.lightflow.topology.loop.OverlappingBlocks;
import io.lightflow.topology.loop.RetryException;
import io.lightflow.topology.loop.StoppedShards;
import io.lightflow.watermark.Watermarks;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One table's part of the loop. It holds records back until the next commit, which writes them to files and adds these
 * files to the table together with the shards' positions. Until then the ledger stays where it was, so whatever is lost
 * with the memory is read again.
 *
 * <p>Another thread writes and commits while the loop takes the records behind it. The next commit begins only when
 * this one is known to be made. Used by one thread.
 */
final class TableLoop {
    private static final Logger LOG = LoggerFactory.getLogger(TableLoop.class);

    private final TableWork table;
    private final Sink<NewFiles> sink;
    private final InstantSource clock;
    private final StoppedShards stopped;
    private final BackoffRetrier retrier;
    private final Executor helper;
    private final LoopObserver observer;

    /** The position of each open shard that the ledger holds, or will hold after the commit in flight. */
    private final Map<Integer, Position> committed = new TreeMap<>();
    /** How far each open shard has been read into {@link #buffer}. */
    private final Map<Integer, Position> read = new TreeMap<>();

    private List<Records> buffer = new ArrayList<>();
    private long bytes;
    /** Null if no commit is in flight. */
    private InFlight inFlight;

    /** How long the last commit took, with what follows it. Written by the thread that makes the commit. */
    private volatile long commitDurationMs;

    /** What the loop does with its table, beside moving the ledger. */
    interface TableWork {
        String name();

        /** Writes records to files that no snapshot refers to yet. */
        NewFiles write(List<Records> records);

        /** Called after each commit, in the thread that made it. */
        void committed();
    }

    private record InFlight(Doubt doubt, FutureTask<Void> task) {}

    TableLoop(
            TableWork table,
            Sink<NewFiles> sink,
            InstantSource clock,
            BackoffRetrier retrier,
            Executor helper,
            LoopObserver observer) {
        this.table = table;
        this.sink = sink;
        this.clock = clock;
        this.stopped = new StoppedShards(clock, observer);
        this.retrier = retrier;
        this.helper = helper;
        this.observer = observer;
    }

    /** Bytes of the records that wait for a commit. */
    long bytes() {
        return bytes;
    }

    /** Whether another thread is making a commit. */
    boolean isCommitting() {
        return inFlight != null && !inFlight.task.isDone();
    }

    /** How long the last commit took, with what follows it. */
    long commitDurationMs() {
        return commitDurationMs;
    }

    /** Whether anything waits for a commit. */
    boolean hasNews() {
        return read.entrySet().stream().anyMatch(shard -> !shard.getValue()
                .topics()
                .equals(committed.get(shard.getKey()).topics()));
    }

    /** The least watermark of the open shards; {@link Position#NO_TIME} if one has none. */
    long watermark() {
        return committed.values().stream().mapToLong(Position::watermark).min().orElse(Position.NO_TIME);
    }

    /**
     * Takes the blocks of a batch.
     *
     * @return whether shards must be requested again from the ledger
     */
    Optional<RetryException> take(long txid, List<Block> blocks) {
        Set<Integer> free = stopped.release(this::hasLedgerMoved);
        if (!free.isEmpty()) {
            forget();
            return Optional.of(new RetryException(
                    "shards " + free + " of " + table.name() + " were stopped by a gap and are retried", null));
        }
        Optional<RetryException> retry = Optional.empty();
        int stoppedBefore = stopped.count();
        open(blocks);
        for (Block block : blocks) {
            if (!stopped.isStopped(block.shard())) {
                Optional<RetryException> gap = take(txid, block);
                retry = retry.isPresent() ? retry : gap;
            }
        }
        if (stopped.count() > stoppedBefore) {
            // A stopped shard leaves nothing uncommitted, so that an operator can move its ledger.
            commit();
            settle();
        }
        return retry;
    }

    private void open(List<Block> blocks) {
        Collection<Integer> missing = new TreeSet<>();
        for (Block block : blocks) {
            if (!read.containsKey(block.shard()) && !stopped.isStopped(block.shard())) {
                missing.add(block.shard());
            }
        }
        if (missing.isEmpty()) {
            return;
        }
        settle();
        Map<Integer, Position> opened = retrier.untilAvailable(
                "archiving " + missing.size() + " shards in " + table.name(), () -> sink.open(missing));
        committed.putAll(opened);
        read.putAll(opened);
    }

    private Optional<RetryException> take(long txid, Block block) {
        int shard = block.shard();
        Position position = read.get(shard);
        long begunNanos = System.nanoTime();
        OverlappingBlocks.requireKnownLeaders(position, block);
        Watermarks.BlockTimes times = Watermarks.times(position, block);
        Position next;
        try {
            long watermark = Watermarks.after(position, block, times, 0);
            next = position.after(block, times.maxTimes(), times.clocks(), watermark, txid, position.books());
        } catch (GapException e) {
            return stopped.gap(shard, e);
        }
        for (BlockPart part : block.parts()) {
            buffer(part, shard, position.nextOffset(part.topic(), part.incarnation()));
        }
        read.put(shard, next);
        stopped.contiguous(shard);
        observer.stepped(block.size(), System.nanoTime() - begunNanos);
        return Optional.empty();
    }

    private void buffer(BlockPart part, int shard, long from) {
        List<ArchiveRecord> records = new ArrayList<>(part.entries().size());
        for (BlockEntry entry : part.entries()) {
            if (entry.offset() >= from && entry instanceof ArchiveRecord record) {
                records.add(record);
                bytes += record.size();
            }
        }
        if (!records.isEmpty()) {
            buffer.add(new Records(part.topic(), part.incarnation(), shard, records));
        }
    }

    private boolean hasLedgerMoved(int shard) {
        awaitCommit();
        try {
            return !sink.read(shard).equals(committed.get(shard));
        } catch (SinkUnavailableException e) {
            // A stopped shard can wait; the next look comes soon.
            return false;
        }
    }

    /** Begins a commit of everything that was taken, after the one in flight. */
    void commit() {
        settle();
        List<ShardMove> moves = new ArrayList<>();
        read.forEach((shard, next) -> {
            Position before = committed.get(shard);
            if (!next.topics().equals(before.topics())) {
                moves.add(new ShardMove(shard, before, next));
            }
        });
        if (moves.isEmpty()) {
            return;
        }
        List<Records> records = buffer;
        buffer = new ArrayList<>();
        bytes = 0;
        moves.forEach(move -> committed.put(move.shard(), move.next()));
        Doubt doubt = new Doubt(moves, records);
        inFlight = new InFlight(doubt, new FutureTask<>(() -> {
            long begunMs = clock.millis();
            try {
                doubt.resolve();
            } finally {
                commitDurationMs = clock.millis() - begunMs;
            }
            return null;
        }));
        helper.execute(LogContext.carried(inFlight.task));
    }

    /** A commit until it is made. It knows whether an attempt may have been made. */
    private final class Doubt {
        private final List<ShardMove> moves;
        private final List<Records> records;
        /** Guarded by the order of attempts: each begins after the former one has ended. */
        private boolean tried;

        private NewFiles files;

        Doubt(List<ShardMove> moves, List<Records> records) {
            this.moves = moves;
            this.records = records;
        }

        /** One attempt. */
        void resolve() {
            if (tried && isCommitted(moves)) {
                return;
            }
            if (files == null) {
                long begunNanos = System.nanoTime();
                files = table.write(records);
                observer.sent(System.nanoTime() - begunNanos);
            }
            tried = true;
            sink.commit(List.of(new Commit<>(moves, files)));
            table.committed();
        }
    }

    /** Waits for the commit in flight, and makes it again if it failed. */
    void settle() {
        if (inFlight == null) {
            return;
        }
        InFlight asked = inFlight;
        inFlight = null;
        boolean done = false;
        try {
            AtomicBoolean first = new AtomicBoolean(true);
            retrier.untilAvailable("committing " + asked.doubt.moves.size() + " shards to " + table.name(), () -> {
                if (first.getAndSet(false)) {
                    FutureTasks.get(asked.task);
                } else {
                    asked.doubt.resolve();
                }
                return null;
            });
            done = true;
        } catch (FencedException e) {
            throw new RetryException("files are written again from the ledger: " + e.getMessage(), e);
        } finally {
            if (!done) {
                forget();
            }
        }
    }

    /**
     * Opens the shards of a commit whose outcome is unknown, and learns the outcome from their ledger.
     *
     * @throws RetryException if a shard is neither where the commit began nor where it ended: another topology has
     *     worked on it
     */
    private boolean isCommitted(List<ShardMove> moves) {
        Map<Integer, Position> found =
                sink.open(moves.stream().map(ShardMove::shard).toList());
        int made = 0;
        for (ShardMove move : moves) {
            Position position = found.get(move.shard());
            if (position.equals(move.next())) {
                made++;
            } else if (!position.equals(move.expected())) {
                throw new RetryException(
                        "shard " + move.shard() + " of " + table.name() + " was expected at "
                                + PositionCodec.encode(move.expected()) + " or at "
                                + PositionCodec.encode(move.next()) + ", found at " + PositionCodec.encode(position),
                        null);
            }
        }
        if (made != 0 && made != moves.size()) {
            throw new IllegalStateException(
                    "one commit to " + table.name() + " covers " + made + " of its " + moves.size() + " shards");
        }
        return made != 0;
    }

    /** Waits until no other thread uses the sink; {@link #settle} learns the outcome. */
    private void awaitCommit() {
        if (inFlight != null) {
            try {
                FutureTasks.get(inFlight.task);
            } catch (SinkUnavailableException | FencedException | SchemasUnavailableException e) {
                LOG.debug("The commit in flight failed, and is looked at later", e);
            }
        }
    }

    /** Discards what was taken and not committed; it is read again from the ledger. */
    void forget() {
        awaitCommit();
        inFlight = null;
        buffer = new ArrayList<>();
        bytes = 0;
        read.clear();
        committed.clear();
    }

    void close() {
        try {
            awaitCommit();
        } finally {
            sink.close();
        }
    }
}
