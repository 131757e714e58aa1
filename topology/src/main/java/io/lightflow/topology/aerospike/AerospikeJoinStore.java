package io.lightflow.topology.aerospike;

import com.aerospike.client.AerospikeException;
import com.aerospike.client.IAerospikeClient;
import io.lightflow.store.JoinStore;
import io.lightflow.store.NewCell;
import io.lightflow.store.Row;
import io.lightflow.store.RowRange;
import io.lightflow.store.StoreUnavailableException;
import io.lightflow.topology.settings.AerospikeCluster;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A join store in a namespace of an Aerospike cluster, for topologies that are spread over machines. A row is a record
 * with one map, whose time-to-live begins anew with each write; a read or a write is one round trip, made of batches of
 * a bounded size, a bounded number of them at once.
 *
 * <p>A node of the Community Edition that dies loses what it had not yet written to its disk, a second's worth of
 * cells. Therefore {@link RecentWrites} are kept here until they are safe, and written again if the cluster has
 * changed.
 *
 * <p>Thread-safe.
 */
public final class AerospikeJoinStore implements JoinStore {
    private final String name;
    private final IAerospikeClient client;
    private final Batches batches;
    private final RowReader reader;
    private final RowWriter writer;
    private final ClusterWatch cluster;
    private final AtomicBoolean closed = new AtomicBoolean();

    private AerospikeJoinStore(
            String name,
            IAerospikeClient client,
            Batches batches,
            RowReader reader,
            RowWriter writer,
            ClusterWatch cluster) {
        this.name = name;
        this.client = client;
        this.batches = batches;
        this.reader = reader;
        this.writer = writer;
        this.cluster = cluster;
    }

    /**
     * Connects to the cluster and checks that its namespace keeps what is written to it. To be closed by the caller.
     *
     * @param settings with the name of the set
     * @param retention how long a cell can be read at least after it was written
     * @throws AerospikeSetupException if the namespace, the cluster or the credentials have to be set otherwise; the
     *     message says how
     * @throws StoreUnavailableException if no node answers now
     */
    public static AerospikeJoinStore open(AerospikeCluster settings, Duration retention) {
        return open(settings, retention, InstantSource.system());
    }

    /** @param clock says how old cells are */
    static AerospikeJoinStore open(AerospikeCluster settings, Duration retention, InstantSource clock) {
        String name = name(settings);
        IAerospikeClient client = Clients.connect(settings, name);
        try {
            Duration flushTime = new NamespaceCheck(settings.namespace(), name, retention).check(client);
            Rows rows = new Rows(settings.namespace(), settings.set(), retention, clock);
            Batches batches = new Batches(client, settings, name);
            RowWriter writer = new RowWriter(rows, batches, settings.commit());
            RowReader reader = new RowReader(rows, batches);
            ClusterWatch cluster = new ClusterWatch(name, new ClusterKey(client, name)::get, writer::write, flushTime);
            return new AerospikeJoinStore(name, client, batches, reader, writer, cluster);
        } catch (RuntimeException e) {
            client.close();
            throw e;
        }
    }

    /**
     * Deletes what is in a set.
     *
     * @throws StoreUnavailableException if the cluster does not answer now
     */
    public static void empty(AerospikeCluster settings) {
        String name = name(settings);
        try (IAerospikeClient client = Clients.connect(settings, name)) {
            for (String set : Rows.sets(settings.set())) {
                client.truncate(null, settings.namespace(), set, null);
            }
        } catch (AerospikeException e) {
            throw new StoreUnavailableException(
                    "The set " + settings.set() + " in the " + name + " could not be emptied: " + e.getMessage(), e);
        }
    }

    private static String name(AerospikeCluster settings) {
        return "Aerospike namespace " + settings.namespace() + " of " + settings.hosts();
    }

    @Override
    public List<Row> read(List<RowRange> ranges) {
        requireOpen();
        return ranges.isEmpty() ? List.of() : cluster.read(() -> reader.read(ranges));
    }

    @Override
    public void write(List<NewCell> cells) {
        requireOpen();
        if (!cells.isEmpty()) {
            cluster.write(cells);
        }
    }

    private void requireOpen() {
        if (closed.get()) {
            throw new IllegalStateException("This join store in the " + name + " is closed");
        }
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            batches.close();
            client.close();
        }
    }
}
