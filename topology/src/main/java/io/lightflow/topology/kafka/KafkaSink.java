package io.lightflow.topology.kafka;

import io.lightflow.copy.CopyRule;
import io.lightflow.copy.CopySelector;
import io.lightflow.event.OutputEvent;
import io.lightflow.position.Position;
import io.lightflow.position.PositionCodec;
import io.lightflow.sink.Commit;
import io.lightflow.sink.CommitTimeoutException;
import io.lightflow.sink.FencedException;
import io.lightflow.sink.ShardMove;
import io.lightflow.sink.Sink;
import io.lightflow.sink.SinkUnavailableException;
import io.lightflow.time.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Sends joined events in Kafka transactions. A transaction carries the positions in the group's ledger topic, and the
 * offsets for Kafka's own tools.
 *
 * <p>Each shard has one {@code transactional.id}, with which an owner takes the shard over: opening the shard fences
 * whoever opened it before. Once the ledger shows the takeover, the owner commits all of its shards together, with a
 * {@code transactional.id} of its own. Each ledger record names this id, so that the next owner of any of these shards
 * fences it, too. An owner that is fenced, or whose commit fails, never uses its own id again. The ledger of a shard
 * that has stopped names no owner, so an operator may move it while the owner works on its other shards.
 */
public final class KafkaSink implements Sink<List<OutputEvent>> {
    private static final int THREADS = 8;
    private static final Duration TRANSACTION_TIMEOUT = Duration.ofMinutes(1);
    private static final Duration MARKER_PAUSE = Duration.ofMillis(5);

    private final KafkaClients clients;
    private final String group;
    private final Duration transactionTimeout;
    private final List<CopyRule> copies;
    private final LongConsumer sentNanos;
    private final KafkaLedger ledger;
    private final Admin admin;
    private final Map<Integer, OpenShard> open = new ConcurrentHashMap<>();
    private final ExecutorService threads;
    /** Commits all shards whose takeover is visible. Null before the first shard is opened, and after a failure. */
    private volatile TransactionalWriter joint;

    /** A shard that this sink has taken over. */
    private static final class OpenShard {
        /** Commits until the ledger shows the takeover; null afterwards. */
        volatile TransactionalWriter own;
        /** The last position in the ledger. Null once a commit has failed: the ledger's content is unknown then. */
        volatile Position committed;

        OpenShard(TransactionalWriter own) {
            this.own = own;
        }

        void discard() {
            TransactionalWriter discarded = own;
            if (discarded != null) {
                own = null;
                discarded.discard();
            }
        }
    }

    public KafkaSink(KafkaClients clients, String group) {
        this(clients, group, List.of(), nanos -> {});
    }

    /**
     * @param copies rules by which outputs are sent to further topics in the same transaction
     * @param sentNanos takes how long the producer took to accept the records of a transaction; thread-safe
     */
    public KafkaSink(KafkaClients clients, String group, List<CopyRule> copies, LongConsumer sentNanos) {
        this(clients, group, TRANSACTION_TIMEOUT, copies, sentNanos);
    }

    /** @param transactionTimeout after which the broker aborts a commit that has not ended */
    public KafkaSink(KafkaClients clients, String group, Duration transactionTimeout) {
        this(clients, group, transactionTimeout, List.of(), nanos -> {});
    }

    private KafkaSink(
            KafkaClients clients,
            String group,
            Duration transactionTimeout,
            List<CopyRule> copies,
            LongConsumer sentNanos) {
        this.copies = copies;
        this.sentNanos = sentNanos;
        this.clients = clients;
        this.group = group;
        this.transactionTimeout = transactionTimeout;
        this.ledger = new KafkaLedger(clients, group);
        this.admin = clients.admin("lightflow-sink-" + group);
        this.threads = Executors.newFixedThreadPool(THREADS, work -> {
            Thread thread = new Thread(work, "lightflow-commit-" + group);
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public Position open(int shard) {
        return open(List.of(shard)).get(shard);
    }

    /**
     * {@inheritDoc}
     *
     * <p>The order matters. Once the shards' own ids are fenced, no other owner can take one of them over, so the
     * ledger names the last owner for good. Once that one is fenced, the ledger no longer moves.
     */
    @Override
    public Map<Integer, Position> open(Collection<Integer> shards) {
        Map<Integer, OpenShard> opened = new ConcurrentHashMap<>();
        try {
            shards.forEach(this::discard);
            String own = beginJoint().id();
            inParallel(shards, shard -> takeOver(shard, opened));
            Set<String> writers = ledger.writers(shards);
            writers.remove(own);
            fence(writers);
            inParallel(shards, shard -> HangingTransactions.abort(admin, group, shard));
            Map<Integer, Position> positions = ledger.readAll(shards);
            opened.forEach((shard, owned) -> owned.committed = positions.get(shard));
            open.putAll(opened);
            return positions;
        } catch (KafkaException e) {
            opened.values().forEach(OpenShard::discard);
            throw new SinkUnavailableException(
                    "taking over shards " + shards + " of group " + group + " failed: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            opened.values().forEach(OpenShard::discard);
            throw e;
        }
    }

    private String transactionalId(int shard) {
        return "lightflow." + group + "." + shard;
    }

    /**
     * Begins a joint writer if there is none. Its id is new: whoever fenced a former one must not be fenced in turn by
     * a writer that has not taken over the shard again.
     */
    private TransactionalWriter beginJoint() {
        TransactionalWriter writer = joint;
        if (writer == null) {
            writer = writer("lightflow." + group + ".joint." + UUID.randomUUID());
            try {
                writer.begin();
            } catch (RuntimeException e) {
                writer.discard();
                throw e;
            }
            joint = writer;
        }
        return writer;
    }

    private TransactionalWriter writer(String id) {
        return new TransactionalWriter(clients, id, group, transactionTimeout, new CopySelector(copies), sentNanos);
    }

    private void takeOver(int shard, Map<Integer, OpenShard> opened) {
        TransactionalWriter own = writer(transactionalId(shard));
        opened.put(shard, new OpenShard(own));
        try {
            own.begin();
        } catch (KafkaException e) {
            throw new SinkUnavailableException(
                    "taking over shard " + shard + " of group " + group + " failed: " + e.getMessage(), e);
        }
    }

    /** Ends the transactions of joint writers, and lets them begin none. */
    private void fence(Set<String> writers) {
        if (writers.isEmpty()) {
            return;
        }
        try {
            admin.fenceProducers(writers).all().get();
        } catch (ExecutionException e) {
            throw new SinkUnavailableException(
                    "fencing the former owners " + writers + " of group " + group + " failed: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SinkUnavailableException("interrupted while fencing former owners of shards", e);
        }
    }

    @Override
    public Position read(int shard) {
        return ledger.read(shard);
    }

    @Override
    public void commit(List<Commit<List<OutputEvent>>> commits) {
        List<OpenShard> shards = new ArrayList<>(commits.size());
        for (Commit<List<OutputEvent>> commit : commits) {
            if (commit.moves().size() != 1) {
                throw new IllegalArgumentException("a commit to Kafka is for one shard, found "
                        + commit.moves().size());
            }
            shards.add(requireOpen(commit.moves().get(0)));
        }
        TransactionalWriter owner = requireJoint();
        Part together = new Part(owner);
        List<Part> parts = new ArrayList<>(List.of(together));
        for (int i = 0; i < shards.size(); i++) {
            OpenShard shard = shards.get(i);
            Part part = together;
            if (shard.own != null) {
                part = new Part(shard.own);
                parts.add(part);
            }
            part.commits.add(commits.get(i));
            part.shards.add(shard);
        }
        try {
            inParallel(parts.stream().filter(part -> !part.commits.isEmpty()).toList(), part -> commit(part, owner));
        } catch (RuntimeException e) {
            closeAll();
            throw e;
        }
    }

    @Override
    public void release(int shard) {
        OpenShard released = open.get(shard);
        if (released == null || released.committed == null) {
            return;
        }
        Part part = new Part(released.own == null ? requireJoint() : released.own);
        Position position = released.committed;
        part.commits.add(new Commit<>(List.of(new ShardMove(shard, position, position)), List.of()));
        part.shards.add(released);
        try {
            commit(part, null);
        } catch (RuntimeException e) {
            closeAll();
            throw e;
        }
        discard(shard);
    }

    /** The commits that one transaction makes. */
    private static final class Part {
        final TransactionalWriter writer;
        final List<Commit<List<OutputEvent>>> commits = new ArrayList<>();
        final List<OpenShard> shards = new ArrayList<>();

        Part(TransactionalWriter writer) {
            this.writer = writer;
        }

        @Override
        public String toString() {
            return (commits.size() == 1 ? "shard " : "shards ")
                    + commits.stream()
                            .map(commit ->
                                    Integer.toString(commit.moves().get(0).shard()))
                            .collect(Collectors.joining(", "));
        }
    }

    private TransactionalWriter requireJoint() {
        TransactionalWriter writer = joint;
        if (writer == null) {
            throw new FencedException("the shards of group " + group + " must be opened first");
        }
        return writer;
    }

    private OpenShard requireOpen(ShardMove move) {
        OpenShard shard = open.get(move.shard());
        Position committed = shard == null ? null : shard.committed;
        if (!move.expected().equals(committed)) {
            throw new FencedException("shard " + move.shard() + " of group " + group + " must be opened first, or its"
                    + " ledger moved: expected " + PositionCodec.encode(move.expected()) + ", the ledger has "
                    + (committed == null ? "not been read" : PositionCodec.encode(committed)));
        }
        return shard;
    }

    /**
     * {@inheritDoc}
     *
     * @throws FencedException if the ledger shows the same positions as commits of another owner
     */
    @Override
    public void awaitVisible(Map<Integer, Position> committed) {
        if (committed.isEmpty()) {
            return;
        }
        String own = requireJoint().id();
        long deadline = System.nanoTime() + KafkaClients.API_TIMEOUT.toNanos();
        Set<String> writers = ledger.writers(committed);
        while (!writers.equals(Set.of(own))) {
            if (writers.stream().anyMatch(writer -> !writer.equals(own) && !writer.equals(KafkaLedger.NOT_THERE))) {
                throw new FencedException("shards " + committed.keySet() + " of group " + group
                        + " have been taken over by another topology");
            }
            if (System.nanoTime() - deadline > 0) {
                throw new SinkUnavailableException(
                        "Kafka reported commits of shards " + committed.keySet() + " of group " + group
                                + " as done, but the ledger does not show them",
                        null);
            }
            pause();
            writers = ledger.writers(committed);
        }
        for (int shard : committed.keySet()) {
            OpenShard owned = open.get(shard);
            if (owned != null && committed.get(shard).equals(owned.committed)) {
                owned.discard();
            }
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

    /** @param owner whom the ledger names from now on; null for no one */
    private void commit(Part part, TransactionalWriter owner) {
        part.shards.forEach(shard -> shard.committed = null);
        long beganNanos = System.nanoTime();
        try {
            part.writer.commit(part.commits, owner == null ? List.of() : List.of(KafkaLedger.writer(owner.id())));
        } catch (KafkaException e) {
            throw failure(part, Duration.ofNanos(System.nanoTime() - beganNanos), e);
        }
        for (int i = 0; i < part.shards.size(); i++) {
            part.shards.get(i).committed = part.commits.get(i).moves().get(0).next();
        }
    }

    /**
     * Tells why a commit failed. The broker shuts out a producer for two reasons: another one has taken over, or its
     * transaction has timed out.
     */
    private RuntimeException failure(Part part, Duration took, KafkaException e) {
        String commit = "committing " + part + " of group " + group;
        boolean timedOut = took.compareTo(transactionTimeout) >= 0;
        if (isShutOut(e) && !(timedOut && isAborted(part.writer.id()))) {
            return new FencedException(
                    part + " of group " + group + (part.commits.size() == 1 ? " has" : " have")
                            + " been taken over by another topology",
                    e);
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

    /** Whether a writer's last transaction was aborted, and nobody has fenced the writer since. */
    private boolean isAborted(String id) {
        try {
            TransactionState state = admin.describeTransactions(List.of(id))
                    .description(id)
                    .get()
                    .state();
            return state == TransactionState.PREPARE_ABORT || state == TransactionState.COMPLETE_ABORT;
        } catch (ExecutionException e) {
            throw new SinkUnavailableException("looking up the transaction of " + id + " failed: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SinkUnavailableException("interrupted while looking up a transaction", e);
        }
    }

    private void discard(int shard) {
        OpenShard former = open.remove(shard);
        if (former != null) {
            former.discard();
        }
    }

    /** No shard is open afterwards. */
    private void closeAll() {
        List.copyOf(open.keySet()).forEach(this::discard);
        TransactionalWriter discarded = joint;
        if (discarded != null) {
            joint = null;
            discarded.discard();
        }
    }

    @Override
    public void close() {
        threads.shutdown();
        closeAll();
        ledger.close();
        admin.close(Duration.ZERO);
    }
}
