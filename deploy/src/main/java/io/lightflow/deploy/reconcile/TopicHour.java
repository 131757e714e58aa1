package io.lightflow.deploy.reconcile;

import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.event.WriterSchemas;
import io.lightflow.topology.certificate.PartitionReader;
import io.lightflow.topology.certificate.PartitionReader.Offsets;
import io.lightflow.topology.kafka.TopicSetup;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/** Reads topics of the central cluster into the scratch database: several tables at once, each by one thread. */
final class TopicHour {
    private static final Duration END_TIMEOUT = Duration.ofSeconds(30);

    private final ScratchDatabase database;
    private final Supplier<PartitionReader> readers;
    private final WriterSchemas schemas;
    private final ArchivedHour.Span span;

    /** The offset at which reading ends. */
    @FunctionalInterface
    interface End {
        /** @param end after the newest record, committed or not */
        long of(TopicPartition partition, int incarnation, long end);
    }

    /**
     * What to read.
     *
     * @param rows name of the table to create
     * @param topics of the events; one that does not exist is left out
     * @param sinceMs timestamp of the first record that may be of the hour
     */
    record Request(
            ArchiveTable table,
            String rows,
            List<EventColumn> columns,
            Collection<String> topics,
            int shards,
            long sinceMs,
            End end) {}

    /** @param readers opens a reader for each request */
    TopicHour(
            ScratchDatabase database,
            Supplier<PartitionReader> readers,
            WriterSchemas schemas,
            ArchivedHour.Span span) {
        this.database = database;
        this.readers = readers;
        this.schemas = schemas;
        this.span = span;
    }

    /** Creates the tables and reads into them the events of the hour. @return what was read, of all partitions */
    Map<ArchiveTable, List<ReadRange>> read(List<Request> requests, int threads) {
        requests.forEach(request -> database.execute(
                "CREATE OR REPLACE TABLE " + request.rows() + TopicRows.definition(request.columns())));
        ExecutorService workers = Executors.newFixedThreadPool(threads);
        try {
            Map<ArchiveTable, Future<List<ReadRange>>> reading = new HashMap<>();
            requests.forEach(request -> reading.put(request.table(), workers.submit(() -> read(request))));
            Map<ArchiveTable, List<ReadRange>> ranges = new HashMap<>();
            reading.forEach((table, future) -> ranges.put(table, result(future)));
            return ranges;
        } finally {
            end(workers);
        }
    }

    /** After a failure, waits for the others: they write into the scratch database. */
    private static void end(ExecutorService workers) {
        workers.shutdownNow();
        try {
            if (!workers.awaitTermination(END_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("reading topics did not end within " + END_TIMEOUT);
            }
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private static List<ReadRange> result(Future<List<ReadRange>> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException("topics cannot be read", e.getCause());
        }
    }

    private List<ReadRange> read(Request request) {
        try (PartitionReader reader = readers.get()) {
            Map<String, Integer> incarnations = new HashMap<>();
            Map<String, TopicDescription> described = TopicSetup.describe(reader.admin(), request.topics());
            described.forEach((name, topic) -> incarnations.put(name, TopicSetup.incarnation(topic)));
            List<TopicPartition> partitions = new ArrayList<>();
            described.keySet().stream().sorted().forEach(name -> {
                for (int shard = 0; shard < request.shards(); shard++) {
                    partitions.add(new TopicPartition(name, shard));
                }
            });
            List<ReadRange> ranges = new ArrayList<>();
            if (partitions.isEmpty()) {
                return ranges;
            }
            Map<TopicPartition, Offsets> found = reader.open(partitions, request.sinceMs());
            TopicRows decoding = new TopicRows(
                    request.table(),
                    request.columns(),
                    schemas,
                    span.from().toEpochMilli(),
                    span.to().toEpochMilli());
            database.append(request.rows(), rows -> {
                for (TopicPartition partition : partitions) {
                    int incarnation = incarnations.get(partition.topic());
                    Offsets offsets = found.get(partition);
                    long to = request.end().of(partition, incarnation, offsets.end());
                    long from = Math.min(offsets.since(), to);
                    ranges.add(new ReadRange(
                            partition.topic(), incarnation, partition.partition(), from, to, offsets.begin()));
                    reader.read(partition, from, to, record -> {
                        try {
                            decoding.append(record, incarnation, rows);
                        } catch (SQLException e) {
                            throw ScratchDatabase.failed(e);
                        }
                    });
                }
            });
            return ranges;
        }
    }
}
