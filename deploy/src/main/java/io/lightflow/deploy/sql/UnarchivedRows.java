package io.lightflow.deploy.sql;

import io.lightflow.archive.commit.TableLedger;
import io.lightflow.archive.table.ArchiveRecord;
import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.archive.table.Records;
import io.lightflow.archive.table.RowWriter;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.EventType;
import io.lightflow.event.WriterSchemas;
import io.lightflow.event.WriterSchemas.SchemasUnavailableException;
import io.lightflow.topology.archive.ArchiveTopology;
import io.lightflow.topology.kafka.EntryDecoder;
import io.lightflow.topology.kafka.KafkaClients;
import io.lightflow.topology.kafka.TopicSetup;
import io.lightflow.topology.loop.FutureTasks;
import io.lightflow.topology.settings.GroupSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.Files;
import org.apache.iceberg.Table;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Reads the records that a snapshot of a table does not hold yet, and writes them as rows to files: in each
 * topic-partition those from the snapshot's ledger to the end of the topic. Snapshot and ledger are of the same
 * metadata, so every committed record is in exactly one of the two, whatever the archive commits meanwhile.
 *
 * <p>Used by one thread.
 */
final class UnarchivedRows {
    /** The most bytes of the keys and values of a table's records. */
    static final long MAX_BYTES = 1L << 30;

    private static final String CLIENT = "lightflow-sql";
    private static final int MAX_RECORDS_PER_POLL = 5_000;
    private static final Duration FETCH_WAIT = Duration.ofMillis(5);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration STALL_LIMIT = Duration.ofSeconds(15);
    /** Bytes of records in memory. They go to a file for each table. */
    private static final long BUFFER_BYTES = 8 << 20;

    private final KafkaClients clients;
    private final WriterSchemas schemas;
    private final GroupSettings settings;
    private final long maxRecords;
    private final int maxThreads;
    private final Path folder;

    /**
     * @param schemas thread-safe
     * @param maxRecords the most records of a table
     * @param maxThreads the most threads that write files
     * @param folder an existing folder for the files
     */
    UnarchivedRows(GroupSettings settings, WriterSchemas schemas, long maxRecords, int maxThreads, Path folder) {
        this.clients = new KafkaClients(settings.kafka());
        this.schemas = schemas;
        this.settings = settings;
        this.maxRecords = maxRecords;
        this.maxThreads = maxThreads;
        this.folder = folder;
    }

    /** A topic-partition. */
    private static final class Tail {
        final ArchiveTable kind;
        final int incarnation;
        final long from;
        /** Offset before which records are read; may be before that of the topic's end. */
        long to;

        long reached;
        boolean cut;
        /** Timestamp of the last record before {@link #reached}; -1 without any. */
        long reachedMs = -1;

        Tail(ArchiveTable kind, int incarnation, long from, long to) {
            this.kind = kind;
            this.incarnation = incarnation;
            this.from = from;
            this.to = to;
            this.reached = from;
        }

        void cutAt(long offset) {
            to = offset;
            cut = true;
        }
    }

    /**
     * @param files by table; none of a table without such records
     * @param notes what the user should know, as sentences
     */
    record Found(Map<ArchiveTable, List<Path>> files, List<String> notes) {}

    /**
     * Reads all of them.
     *
     * @param tables at the snapshots that the query reads
     * @throws KafkaException if Kafka is unavailable
     * @throws SchemasUnavailableException if a schema is unavailable
     */
    Found read(Map<ArchiveTable, Table> tables) {
        try (Admin admin = clients.admin(CLIENT + "-lookup")) {
            Map<String, ArchiveTable> topics = new TreeMap<>();
            tables.keySet().forEach(kind -> kind.topics(settings.group(), settings.dataCenters())
                    .forEach(topic -> topics.put(topic, kind)));
            Map<String, TopicDescription> described = TopicSetup.describe(admin, topics.keySet());
            Map<TopicPartition, Tail> tails = tails(admin, described, topics, tables);
            Map<ArchiveTable, Long> behind = new EnumMap<>(ArchiveTable.class);
            tails.values().forEach(tail -> behind.merge(tail.kind, tail.to - tail.from, Long::sum));
            tails.values().forEach(tail -> limit(tail, behind.get(tail.kind)));

            Map<ArchiveTable, List<Path>> files = new EnumMap<>(ArchiveTable.class);
            tables.keySet().forEach(kind -> files.put(kind, new ArrayList<>()));
            read(tails, tables, files);
            requireSameTopics(described, TopicSetup.describe(admin, topics.keySet()));
            return new Found(files, notes(tails.values(), behind));
        }
    }

    private Map<TopicPartition, Tail> tails(
            Admin admin,
            Map<String, TopicDescription> described,
            Map<String, ArchiveTable> topics,
            Map<ArchiveTable, Table> tables) {
        Map<TopicPartition, OffsetSpec> all = new HashMap<>();
        described.forEach((topic, description) -> description
                .partitions()
                .forEach(partition -> all.put(new TopicPartition(topic, partition.partition()), OffsetSpec.latest())));
        Map<TopicPartition, Long> ends = offsets(admin, all);
        Map<ArchiveTable, TableLedger> ledgers = new EnumMap<>(ArchiveTable.class);
        tables.forEach((kind, table) -> ledgers.put(kind, TableLedger.of(table)));

        Map<TopicPartition, Tail> tails = new LinkedHashMap<>();
        ends.forEach((partition, end) -> {
            ArchiveTable kind = topics.get(partition.topic());
            int incarnation = TopicSetup.incarnation(described.get(partition.topic()));
            long next = ledgers.get(kind)
                    .entry(partition.partition())
                    .position()
                    .nextOffset(partition.topic(), incarnation);
            if (next < end) {
                tails.put(partition, new Tail(kind, incarnation, next, end));
            }
        });
        Map<TopicPartition, OffsetSpec> behind = new HashMap<>();
        tails.keySet().forEach(partition -> behind.put(partition, OffsetSpec.earliest()));
        // Retention may have deleted records that the archive has not read; it stops with an error that says so.
        offsets(admin, behind)
                .forEach((partition, begin) -> tails.computeIfPresent(
                        partition,
                        (same, tail) -> begin <= tail.from
                                ? tail
                                : begin < tail.to ? new Tail(tail.kind, tail.incarnation, begin, tail.to) : null));
        return tails;
    }

    private static Map<TopicPartition, Long> offsets(Admin admin, Map<TopicPartition, OffsetSpec> wanted) {
        if (wanted.isEmpty()) {
            return Map.of();
        }
        try {
            Map<TopicPartition, Long> offsets = new HashMap<>();
            admin.listOffsets(wanted, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                    .all()
                    .get()
                    .forEach((partition, found) -> offsets.put(partition, found.offset()));
            return offsets;
        } catch (ExecutionException e) {
            throw new KafkaException("looking up offsets failed: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /** Each topic-partition gets the same share of what it has. */
    private void limit(Tail tail, long behind) {
        if (behind > maxRecords) {
            tail.cutAt(tail.from + (long) ((double) (tail.to - tail.from) * maxRecords / behind));
        }
    }

    private void read(
            Map<TopicPartition, Tail> tails, Map<ArchiveTable, Table> tables, Map<ArchiveTable, List<Path>> files) {
        Map<TopicPartition, Tail> open = new HashMap<>(tails);
        open.values().removeIf(tail -> tail.reached >= tail.to);
        if (open.isEmpty()) {
            return;
        }
        EntryDecoder decoder = ArchiveTopology.decoder(schemas);
        try (Buffer buffer = new Buffer(tables, files);
                KafkaConsumer<byte[], byte[]> consumer = clients.consumer(CLIENT, MAX_RECORDS_PER_POLL, FETCH_WAIT)) {
            consumer.assign(open.keySet());
            open.forEach((partition, tail) -> consumer.seek(partition, tail.from));
            long deadline = System.nanoTime() + STALL_LIMIT.toNanos();
            while (!open.isEmpty()) {
                ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
                for (TopicPartition partition : records.partitions()) {
                    Tail tail = open.get(partition);
                    buffer.add(partition, tail, archived(decoder, tail, records.records(partition)));
                }
                boolean hasMoved = false;
                boolean hasEnded = false;
                for (TopicPartition partition : List.copyOf(open.keySet())) {
                    Tail tail = open.get(partition);
                    long position = consumer.position(partition);
                    hasMoved |= position > tail.reached;
                    tail.reached = Math.min(position, tail.to);
                    if (buffer.isFull(tail.kind) && tail.reached < tail.to) {
                        tail.cutAt(tail.reached);
                    }
                    if (tail.reached >= tail.to) {
                        open.remove(partition);
                        hasEnded = true;
                    }
                }
                if (hasEnded) {
                    consumer.assign(open.keySet());
                }
                if (hasMoved) {
                    deadline = System.nanoTime() + STALL_LIMIT.toNanos();
                } else if (System.nanoTime() - deadline > 0) {
                    throw new KafkaException(
                            "reading " + open.keySet() + " stands still since " + STALL_LIMIT.toSeconds() + " s");
                }
            }
            buffer.finish();
        }
    }

    private static List<ArchiveRecord> archived(
            EntryDecoder decoder, Tail tail, List<ConsumerRecord<byte[], byte[]>> records) {
        List<ArchiveRecord> archived = new ArrayList<>(records.size());
        for (ConsumerRecord<byte[], byte[]> record : records) {
            if (record.offset() >= tail.to) {
                break;
            }
            tail.reachedMs = record.timestamp();
            if (decode(decoder, tail.incarnation, record) instanceof ArchiveRecord row) {
                archived.add(row);
            }
        }
        return archived;
    }

    private static BlockEntry decode(EntryDecoder decoder, int incarnation, ConsumerRecord<byte[], byte[]> record) {
        // The type is that of no event here: the table of a topic tells its schema.
        EventType type = EventType.IMPRESSION;
        try {
            return decoder.decode(type, incarnation, record);
        } catch (SchemasUnavailableException e) {
            throw e;
        } catch (RuntimeException e) {
            return decoder.setAside(type, record, e);
        }
    }

    /**
     * Records on their way into files. Writing takes longer than reading, so several threads write. If all of them are
     * busy, the reading thread writes, too; that bounds the records in memory.
     */
    private final class Buffer implements AutoCloseable {
        private final Map<ArchiveTable, Table> tables;
        private final Map<ArchiveTable, List<Path>> files;
        /** Those that no thread uses. */
        private final Map<ArchiveTable, Queue<RowWriter>> writers = new EnumMap<>(ArchiveTable.class);

        private final Map<ArchiveTable, List<Records>> records = new EnumMap<>(ArchiveTable.class);
        private final Map<ArchiveTable, Long> bytesOfTable = new EnumMap<>(ArchiveTable.class);
        private final ThreadPoolExecutor threads;
        private final List<FutureTask<Void>> writes = new ArrayList<>();
        private long bytes;

        Buffer(Map<ArchiveTable, Table> tables, Map<ArchiveTable, List<Path>> files) {
            this.tables = tables;
            this.files = files;
            tables.keySet().forEach(kind -> writers.put(kind, new ConcurrentLinkedQueue<>()));
            threads = new ThreadPoolExecutor(
                    0,
                    maxThreads,
                    1,
                    TimeUnit.SECONDS,
                    new SynchronousQueue<>(),
                    new ThreadPoolExecutor.CallerRunsPolicy());
        }

        void add(TopicPartition partition, Tail tail, List<ArchiveRecord> rows) {
            if (rows.isEmpty()) {
                return;
            }
            long added = rows.stream().mapToLong(ArchiveRecord::size).sum();
            records.computeIfAbsent(tail.kind, absent -> new ArrayList<>())
                    .add(new Records(partition.topic(), tail.incarnation, partition.partition(), rows));
            bytesOfTable.merge(tail.kind, added, Long::sum);
            bytes += added;
            if (bytes >= BUFFER_BYTES) {
                flush();
            }
        }

        boolean isFull(ArchiveTable kind) {
            return bytesOfTable.getOrDefault(kind, 0L) >= MAX_BYTES;
        }

        private void flush() {
            records.forEach((kind, rows) -> {
                List<Path> written = files.get(kind);
                Path file =
                        folder.resolve(settings.group() + "." + kind.tableName() + "-" + written.size() + ".parquet");
                written.add(file);
                FutureTask<Void> write = new FutureTask<>(() -> write(kind, rows, file), null);
                writes.add(write);
                threads.execute(write);
            });
            records.clear();
            bytes = 0;
        }

        private void write(ArchiveTable kind, List<Records> rows, Path file) {
            RowWriter idle = writers.get(kind).poll();
            RowWriter writer =
                    idle != null ? idle : new RowWriter(kind, tables.get(kind), schemas, InstantSource.system());
            writer.write(rows, Files.localOutput(file.toFile()));
            writers.get(kind).add(writer);
        }

        /** Waits until all records are in files. */
        void finish() {
            flush();
            writes.forEach(FutureTasks::get);
        }

        @Override
        public void close() {
            threads.shutdownNow();
        }
    }

    /** A consumer does not notice that a topic is recreated: it continues at its offset. */
    private static void requireSameTopics(Map<String, TopicDescription> before, Map<String, TopicDescription> after) {
        before.forEach((topic, description) -> {
            TopicDescription now = after.get(topic);
            if (now == null || !now.topicId().equals(description.topicId())) {
                throw new KafkaException("topic " + topic + " was deleted or recreated during the query");
            }
        });
    }

    private List<String> notes(Collection<Tail> tails, Map<ArchiveTable, Long> behind) {
        List<String> notes = new ArrayList<>();
        behind.forEach((kind, records) -> {
            List<Tail> cut =
                    tails.stream().filter(tail -> tail.kind == kind && tail.cut).toList();
            if (!cut.isEmpty()) {
                long completeMs =
                        cut.stream().mapToLong(tail -> tail.reachedMs).min().orElseThrow();
                notes.add("The archive of " + settings.group() + "." + kind.tableName() + " is up to " + records
                        + " records behind, and the query sees at most " + maxRecords + " and " + (MAX_BYTES >> 20)
                        + " MB of them: "
                        + (completeMs < 0
                                ? "not even all of the oldest ones."
                                : "all until "
                                        + Instant.ofEpochMilli(completeMs).truncatedTo(ChronoUnit.SECONDS)
                                        + ", and only some of the later ones."));
            }
        });
        return notes;
    }
}
