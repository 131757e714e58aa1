package io.lightflow.topology.aerospike;

import com.aerospike.client.AerospikeException;
import com.aerospike.client.IAerospikeClient;
import com.aerospike.client.policy.ScanPolicy;
import io.lightflow.store.JoinStore;
import io.lightflow.store.NewCell;
import io.lightflow.store.RowRange;
import io.lightflow.store.StoreReader;
import io.lightflow.store.StoreUnavailableException;
import io.lightflow.store.StoreWrite;
import io.lightflow.topology.settings.AerospikeCluster;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A join store in a namespace of an Aerospike cluster, for topologies that are spread over machines. A row is a record
 * with one map, whose time-to-live restarts with each write. The impressions and tags of a join key are in one row for
 * each day; see {@link DayRows}. A read or a write is one round trip. It consists of batches of a bounded size, and a
 * bounded number of them at once.
 *
 * <p>A node of the Community Edition that dies loses what it had not yet written to its disk, a second's worth of
 * cells. Therefore this store keeps {@link RecentWrites} until they are safe, and writes them again if the cluster has
 * changed.
 *
 * <p>Thread-safe.
 */
public final class AerospikeJoinStore implements JoinStore {
    private final AerospikeCluster settings;
    private final String name;
    private final IAerospikeClient client;
    private final BatchSender sender;
    private final WideRows rows;
    private final ListedDays listed = new ListedDays();
    private final AtomicBoolean closed = new AtomicBoolean();

    private AerospikeJoinStore(
            AerospikeCluster settings, String name, IAerospikeClient client, BatchSender sender, WideRows rows) {
        this.settings = settings;
        this.name = name;
        this.client = client;
        this.sender = sender;
        this.rows = rows;
    }

    /** Rows of a cluster whose nodes may die. */
    private record ClusterRows(ClusterWatch cluster, RowReader reader) implements WideRows {
        @Override
        public List<SizedRow> read(List<RowRange> ranges) {
            return ranges.isEmpty() ? List.of() : cluster.read(() -> reader.read(ranges));
        }

        @Override
        public void write(List<NewCell> cells) {
            if (!cells.isEmpty()) {
                cluster.write(cells);
            }
        }
    }

    /**
     * Connects to the cluster and checks that its namespace keeps what is written to it. The caller closes the store.
     *
     * @param settings with the name of the set
     * @param retention the least time for which a cell stays readable
     * @throws AerospikeSetupException if the namespace, the cluster or the credentials are set up wrongly; the message
     *     says how to set them up
     * @throws StoreUnavailableException if no node responds
     */
    public static AerospikeJoinStore open(AerospikeCluster settings, Duration retention) {
        return open(settings, retention, InstantSource.system());
    }

    /** @param clock tells the age of cells */
    static AerospikeJoinStore open(AerospikeCluster settings, Duration retention, InstantSource clock) {
        String name = name(settings);
        IAerospikeClient client = AerospikeClients.connect(settings, name);
        try {
            Duration flushTime = new NamespaceCheck(settings.namespace(), name, retention).check(client);
            RecordLayout layout = new RecordLayout(settings.namespace(), settings.set(), retention, clock);
            BatchSender sender = new BatchSender(client, settings, name);
            RowWriter writer = new RowWriter(layout, sender, settings.commit());
            RowReader reader = new RowReader(layout, sender);
            ClusterWatch cluster = new ClusterWatch(name, new ClusterKey(client, name)::get, writer::write, flushTime);
            return new AerospikeJoinStore(settings, name, client, sender, new ClusterRows(cluster, reader));
        } catch (RuntimeException e) {
            client.close();
            throw e;
        }
    }

    /**
     * Deletes the content of a set.
     *
     * @throws StoreUnavailableException if the cluster is unavailable
     */
    public static void empty(AerospikeCluster settings) {
        String name = name(settings);
        try (IAerospikeClient client = AerospikeClients.connect(settings, name)) {
            for (String set : RecordLayout.sets(settings.set())) {
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
    public StoreReader reader(int shard) {
        StoreReader days = new DayRowReader(rows, listed);
        return query -> {
            requireOpen();
            return days.read(query);
        };
    }

    @Override
    public void write(List<StoreWrite> writes) {
        requireOpen();
        listed.write(rows, writes);
    }

    /**
     * Whether the set holds no row.
     *
     * @throws StoreUnavailableException if the cluster is unavailable
     */
    public boolean isEmpty() {
        requireOpen();
        ScanPolicy one = new ScanPolicy();
        one.maxRecords = 1;
        one.includeBinData = false;
        AtomicBoolean found = new AtomicBoolean();
        try {
            client.scanAll(one, settings.namespace(), settings.set(), (key, record) -> found.set(true));
        } catch (AerospikeException e) {
            throw new StoreUnavailableException(
                    "The set " + settings.set() + " in the " + name + " could not be looked through: " + e.getMessage(),
                    e);
        }
        return !found.get();
    }

    private void requireOpen() {
        if (closed.get()) {
            throw new IllegalStateException("This join store in the " + name + " is closed");
        }
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            sender.close();
            client.close();
        }
    }
}
