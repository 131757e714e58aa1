package io.lightflow.topology.metrics;

import io.lightflow.event.EventType;
import io.lightflow.event.WriterSchemas.SchemasUnavailableException;
import io.lightflow.position.Books;
import io.lightflow.position.Books.Entry;
import io.lightflow.position.Position;
import io.lightflow.sink.Sink;
import io.lightflow.store.JoinStore;
import io.lightflow.store.StoreUnavailableException;
import io.lightflow.topology.loop.LoopObserver;
import io.lightflow.topology.metrics.TopologyMetrics.Owner;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/** The metrics of one loop. Thread-safe. */
public final class TaskMetrics implements LoopObserver, AutoCloseable {
    static final double NANOS_PER_SECOND = 1e9;
    static final List<EventType> TYPES = List.of(EventType.values());
    /** Those that only rise. */
    private static final List<Entry> OUTCOMES = List.of(
            Entry.IN,
            Entry.JOINED,
            Entry.ORPHANED,
            Entry.DUPLICATE,
            Entry.REJECTED,
            Entry.UNATTRIBUTED,
            Entry.LATE,
            Entry.INVALID);

    private final TopologyMetrics metrics;
    private final Owner owner;

    final DistributionDataPoint storeRead;
    final DistributionDataPoint storeWrite;
    final CounterDataPoint found;
    final CounterDataPoint absent;
    final DistributionDataPoint commitSeconds;
    final CounterDataPoint committed;
    final CounterDataPoint fenced;
    final CounterDataPoint timedOut;
    final CounterDataPoint unavailable;

    private final CounterDataPoint records;
    private final CounterDataPoint replays;
    private final DistributionDataPoint step;
    private final DistributionDataPoint send;
    private final CounterDataPoint sinkRetries;
    private final CounterDataPoint storeRetries;
    private final CounterDataPoint registryRetries;
    private final GaugeDataPoint waitingLoops;
    private final Map<EventType, Map<Entry, CounterDataPoint>> events = new EnumMap<>(EventType.class);

    private final AtomicInteger waits = new AtomicInteger();
    /** The last positions of the sinks, by shard. */
    private final List<Map<Integer, Position>> positions = new CopyOnWriteArrayList<>();

    private final Map<Integer, String> stops = new ConcurrentHashMap<>();
    private volatile LongSupplier storeBytes;

    TaskMetrics(TopologyMetrics metrics, Owner owner) {
        this.metrics = metrics;
        this.owner = owner;
        storeRead = histogram(metrics.store, "read");
        storeWrite = histogram(metrics.store, "write");
        found = counter(metrics.lookups, "found");
        absent = counter(metrics.lookups, "absent");
        commitSeconds = histogram(metrics.commit);
        committed = counter(metrics.commits, "committed");
        fenced = counter(metrics.commits, "fenced");
        timedOut = counter(metrics.commits, "timed_out");
        unavailable = counter(metrics.commits, "unavailable");
        records = counter(metrics.records);
        replays = counter(metrics.replays);
        step = histogram(metrics.step);
        send = histogram(metrics.send);
        sinkRetries = counter(metrics.retries, "sink");
        storeRetries = counter(metrics.retries, "store");
        registryRetries = counter(metrics.retries, "registry");
        waitingLoops = metrics.waiting.labelValues(owner.group(), owner.topology());
        for (EventType type : TYPES) {
            Map<Entry, CounterDataPoint> outcomes = new EnumMap<>(Entry.class);
            OUTCOMES.forEach(outcome -> outcomes.put(
                    outcome,
                    counter(metrics.events, type.plural(), outcome.name().toLowerCase(Locale.ROOT))));
            events.put(type, outcomes);
        }
    }

    private String[] labels(String... more) {
        String[] labels = new String[2 + more.length];
        labels[0] = owner.group();
        labels[1] = owner.topology();
        System.arraycopy(more, 0, labels, 2, more.length);
        return labels;
    }

    private CounterDataPoint counter(Counter counter, String... more) {
        return counter.labelValues(labels(more));
    }

    private DistributionDataPoint histogram(Histogram histogram, String... more) {
        return histogram.labelValues(labels(more));
    }

    /** The sink, with its commits measured. */
    public <O> Sink<O> measured(Sink<O> sink) {
        Map<Integer, Position> own = new ConcurrentHashMap<>();
        positions.add(own);
        return new MeasuredSink<>(sink, this, own);
    }

    /**
     * The store, with its calls measured.
     *
     * @param bytes tells its size; null if that is unknown
     */
    public JoinStore measured(JoinStore store, LongSupplier bytes) {
        storeBytes = bytes;
        return new MeasuredStore(store, this);
    }

    /** Counts the events between two positions of a shard. */
    void moved(Books before, Books after) {
        events.forEach((type, outcomes) -> outcomes.forEach((outcome, count) -> {
            long added = after.get(type, outcome) - before.get(type, outcome);
            if (added > 0) {
                count.inc(added);
            }
        }));
    }

    /** A batch is read again from the ledger. */
    public void replayed() {
        replays.inc();
    }

    @Override
    public void stepped(int recordCount, long nanos) {
        records.inc(recordCount);
        step.observe(nanos / NANOS_PER_SECOND);
    }

    @Override
    public void sent(long nanos) {
        send.observe(nanos / NANOS_PER_SECOND);
    }

    @Override
    public void failed(RuntimeException failure) {
        if (failure instanceof StoreUnavailableException) {
            storeRetries.inc();
        } else if (failure instanceof SchemasUnavailableException) {
            registryRetries.inc();
        } else {
            sinkRetries.inc();
        }
    }

    @Override
    public void waits() {
        waits.incrementAndGet();
        waitingLoops.inc();
    }

    @Override
    public void continues() {
        waits.decrementAndGet();
        waitingLoops.dec();
    }

    @Override
    public void stopped(int shard, String reason) {
        stops.put(shard, reason);
    }

    @Override
    public void works(int shard) {
        stops.remove(shard);
    }

    Owner owner() {
        return owner;
    }

    /** Why a shard makes no progress; null if it does. */
    String reason(int shard) {
        String stop = stops.get(shard);
        return stop == null && waits.get() > 0 ? "its loop waits for an unavailable server" : stop;
    }

    /** The reasons of the shards that have stopped. */
    Map<Integer, String> stops() {
        return stops;
    }

    /** The shards that the loop has opened or stopped. */
    Set<Integer> shards() {
        Set<Integer> shards = new HashSet<>(stops.keySet());
        positions.forEach(own -> shards.addAll(own.keySet()));
        return shards;
    }

    /** The least watermark of a shard in any sink. */
    long watermark(int shard) {
        return positions.stream()
                .map(own -> own.get(shard))
                .filter(position -> position != null)
                .mapToLong(Position::watermark)
                .min()
                .orElse(Position.NO_TIME);
    }

    long waiting(EventType type) {
        return positions.stream()
                .flatMap(own -> own.values().stream())
                .mapToLong(position -> position.books().get(type, Entry.WAITING))
                .sum();
    }

    OptionalLong storeBytes() {
        LongSupplier bytes = storeBytes;
        return bytes == null ? OptionalLong.empty() : OptionalLong.of(bytes.getAsLong());
    }

    /** Ends the export of the loop's shards. Counters remain. */
    @Override
    public void close() {
        metrics.remove(this);
    }
}
