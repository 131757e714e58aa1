package io.lightflow.topology.kafka;

import io.lightflow.event.OutputEvent;
import io.lightflow.position.Position;
import io.lightflow.position.PositionCodec;
import io.lightflow.position.TopicPosition;
import io.lightflow.sink.Commit;
import io.lightflow.sink.CommitTimeoutException;
import io.lightflow.sink.FencedException;
import io.lightflow.sink.ShardMove;
import io.lightflow.sink.Sink;
import io.lightflow.sink.SinkUnavailableException;
import io.lightflow.time.Durations;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Sends joined events in one Kafka transaction per shard and block. The transaction carries the position in the group's
 * ledger topic, and the offsets for Kafka's own tools. Each shard has one {@code transactional.id}, so the next owner
 * of the shard fences this one. A commit is for one shard, since its output goes to that shard's partitions.
 */
public final class KafkaSink implements Sink<List<OutputEvent>> {
    private static final byte[] LEDGER_KEY = "position".getBytes(StandardCharsets.US_ASCII);
    private static final int THREADS = 8;
    private static final Duration TRANSACTION_TIMEOUT = Duration.ofMinutes(1);
    private static final Duration MARKER_PAUSE = Duration.ofMillis(5);

    private final KafkaClients clients;
    private final String group;
    private final Duration transactionTimeout;
    private final KafkaLedger ledger;
    private final Admin admin;
    private final ConsumerGroupMetadata consumerGroup;
    private final Map<Integer, Writer> writers = new ConcurrentHashMap<>();
    private final ExecutorService threads;

    /** A shard's producer, and its last position in the ledger. */
    private static final class Writer {
        final KafkaProducer<byte[], byte[]> producer;
        /** Null once a commit has failed: the ledger's content is unknown then. */
        volatile Position committed;

        Writer(KafkaProducer<byte[], byte[]> producer) {
            this.producer = producer;
        }

        void discard() {
            producer.close(Duration.ZERO);
        }
    }

    public KafkaSink(KafkaClients clients, String group) {
        this(clients, group, TRANSACTION_TIMEOUT);
    }

    /** @param transactionTimeout after which the broker aborts a commit that has not ended */
    public KafkaSink(KafkaClients clients, String group, Duration transactionTimeout) {
        this.clients = clients;
        this.group = group;
        this.transactionTimeout = transactionTimeout;
        this.ledger = new KafkaLedger(clients, group);
        this.admin = clients.admin("lightflow-sink-" + group);
        this.consumerGroup = groupWithoutMembers(GroupTopics.consumerGroup(group));
        this.threads = Executors.newFixedThreadPool(THREADS, work -> {
            Thread thread = new Thread(work, "lightflow-commit-" + group);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Kafka would take this from a consumer, but a sink has none: its offsets are for Kafka's tools only. */
    @SuppressWarnings("removal")
    private static ConsumerGroupMetadata groupWithoutMembers(String name) {
        return new ConsumerGroupMetadata(name);
    }

    @Override
    public Position open(int shard) {
        return open(List.of(shard)).get(shard);
    }

    @Override
    public Map<Integer, Position> open(Collection<Integer> shards) {
        Map<Integer, Writer> opened = new ConcurrentHashMap<>();
        try {
            inParallel(shards, shard -> opened.put(shard, takeOver(shard)));
            Map<Integer, Position> positions = ledger.readAll(shards);
            opened.forEach((shard, writer) -> writer.committed = positions.get(shard));
            writers.putAll(opened);
            return positions;
        } catch (RuntimeException e) {
            opened.values().forEach(Writer::discard);
            throw e;
        }
    }

    private String transactionalId(int shard) {
        return "lightflow." + group + "." + shard;
    }

    private Writer takeOver(int shard) {
        discard(shard);
        Writer writer = new Writer(clients.transactionalProducer(transactionalId(shard), transactionTimeout));
        try {
            writer.producer.initTransactions();
            HangingTransactions.abort(admin, group, shard);
            return writer;
        } catch (KafkaException | SinkUnavailableException e) {
            writer.discard();
            throw new SinkUnavailableException(
                    "taking over shard " + shard + " of group " + group + " failed: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            writer.discard();
            throw e;
        }
    }

    @Override
    public Position read(int shard) {
        return ledger.read(shard);
    }

    @Override
    public void commit(List<Commit<List<OutputEvent>>> commits) {
        for (Commit<List<OutputEvent>> commit : commits) {
            if (commit.moves().size() != 1) {
                throw new IllegalArgumentException("a commit to Kafka is for one shard, found "
                        + commit.moves().size());
            }
        }
        inParallel(commits, commit -> commit(commit.moves().get(0), commit.output()));
    }

    @Override
    public void awaitVisible(Map<Integer, Position> committed) {
        long deadline = System.nanoTime() + KafkaClients.API_TIMEOUT.toNanos();
        while (!ledger.readAll(committed.keySet()).equals(committed)) {
            if (System.nanoTime() - deadline > 0) {
                throw new SinkUnavailableException(
                        "Kafka reported commits of shards " + committed.keySet() + " of group " + group
                                + " as done, but the ledger does not show them",
                        null);
            }
            pause();
        }
    }

    /** Kafka writes the markers of a commit within milliseconds. */
    private static void pause() {
        try {
            Thread.sleep(MARKER_PAUSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SinkUnavailableException("interrupted while waiting for Kafka", e);
        }
    }

    /** Runs all of it, whatever fails, and throws one of the failures. */
    private <T> void inParallel(Collection<T> parts, Consumer<T> work) {
        List<Future<?>> running = new ArrayList<>(parts.size());
        for (T part : parts) {
            running.add(threads.submit(() -> work.accept(part)));
        }
        RuntimeException failure = null;
        for (Future<?> part : running) {
            try {
                part.get();
            } catch (ExecutionException e) {
                RuntimeException cause = (RuntimeException) e.getCause();
                if (failure == null || urgency(cause) > urgency(failure)) {
                    failure = cause;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                part.cancel(true);
                failure = new SinkUnavailableException("interrupted while waiting for Kafka", e);
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** A takeover ends the worker, and a time-out makes the next commits smaller; anything else is retried. */
    private static int urgency(RuntimeException failure) {
        return failure instanceof FencedException ? 2 : failure instanceof CommitTimeoutException ? 1 : 0;
    }

    private void commit(ShardMove move, List<OutputEvent> outputs) {
        Writer writer = writers.get(move.shard());
        Position committed = writer == null ? null : writer.committed;
        if (!move.expected().equals(committed)) {
            throw new FencedException("shard " + move.shard() + " of group " + group + " must be opened first, or its"
                    + " ledger moved: expected " + PositionCodec.encode(move.expected()) + ", the ledger has "
                    + (committed == null ? "not been read" : PositionCodec.encode(committed)));
        }
        KafkaProducer<byte[], byte[]> producer = writer.producer;
        writer.committed = null;
        long beganNanos = System.nanoTime();
        try {
            producer.beginTransaction();
            for (OutputEvent output : outputs) {
                producer.send(
                        new ProducerRecord<>(output.topic().of(group), move.shard(), output.key(), output.value()));
            }
            producer.send(new ProducerRecord<>(
                    GroupTopics.ledger(group),
                    move.shard(),
                    LEDGER_KEY,
                    PositionCodec.encode(move.next()).getBytes(StandardCharsets.US_ASCII)));
            producer.sendOffsetsToTransaction(offsets(move), consumerGroup);
            producer.commitTransaction();
            writer.committed = move.next();
        } catch (KafkaException e) {
            throw failure(move.shard(), Duration.ofNanos(System.nanoTime() - beganNanos), e);
        }
    }

    /**
     * Tells why a commit failed. The broker shuts out a producer for two reasons: another one has taken over, or its
     * transaction has timed out.
     */
    private RuntimeException failure(int shard, Duration took, KafkaException e) {
        String commit = "committing shard " + shard + " of group " + group;
        boolean timedOut = took.compareTo(transactionTimeout) >= 0;
        if (isShutOut(e) && !(timedOut && isAborted(shard))) {
            return new FencedException(
                    "shard " + shard + " of group " + group + " has been taken over by another topology", e);
        }
        if (timedOut || e instanceof TimeoutException || e.getCause() instanceof TimeoutException) {
            return new CommitTimeoutException(
                    commit + " did not end within " + Durations.format(took) + "; Kafka allows "
                            + Durations.format(transactionTimeout)
                            + ". Its records are committed in smaller parts: " + e.getMessage(),
                    e);
        }
        return new SinkUnavailableException(commit + " failed: " + e.getMessage(), e);
    }

    private static boolean isShutOut(KafkaException e) {
        return Stream.of(e, e.getCause())
                .anyMatch(found ->
                        found instanceof ProducerFencedException || found instanceof InvalidProducerEpochException);
    }

    /** Whether the shard's last transaction was aborted, and nobody has taken over the shard since. */
    private boolean isAborted(int shard) {
        String id = transactionalId(shard);
        try {
            TransactionState state = admin.describeTransactions(List.of(id))
                    .description(id)
                    .get()
                    .state();
            return state == TransactionState.PREPARE_ABORT || state == TransactionState.COMPLETE_ABORT;
        } catch (ExecutionException e) {
            throw new SinkUnavailableException(
                    "looking up the transaction of shard " + shard + " of group " + group + " failed: " + e.getCause(),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SinkUnavailableException("interrupted while looking up a transaction", e);
        }
    }

    private static Map<TopicPartition, OffsetAndMetadata> offsets(ShardMove move) {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        String metadata =
                "watermark=" + move.next().watermark() + " txid=" + move.next().txid();
        for (Map.Entry<String, TopicPosition> topic : move.next().topics().entrySet()) {
            if (!topic.getValue().equals(move.expected().topics().get(topic.getKey()))) {
                long nextOffset = topic.getValue().current().nextOffset();
                offsets.put(
                        new TopicPartition(topic.getKey(), move.shard()), new OffsetAndMetadata(nextOffset, metadata));
            }
        }
        return offsets;
    }

    private void discard(int shard) {
        Writer former = writers.remove(shard);
        if (former != null) {
            former.discard();
        }
    }

    @Override
    public void close() {
        threads.shutdown();
        List.copyOf(writers.keySet()).forEach(this::discard);
        ledger.close();
        admin.close(Duration.ZERO);
    }
}
