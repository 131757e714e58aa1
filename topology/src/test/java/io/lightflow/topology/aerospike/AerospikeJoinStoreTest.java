package io.lightflow.topology.aerospike;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.aerospike.client.IAerospikeClient;
import com.aerospike.client.Key;
import com.aerospike.client.Record;
import io.lightflow.store.Cell;
import io.lightflow.store.DurableJoinStoreContract;
import io.lightflow.store.JoinStore;
import io.lightflow.store.NewCell;
import io.lightflow.store.StoreUnavailableException;
import io.lightflow.topology.settings.AerospikeCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Skipped where there is no server; see {@link AerospikeServer}. */
final class AerospikeJoinStoreTest extends DurableJoinStoreContract {
    private static final Duration RETENTION = Duration.ofDays(61);

    private static AerospikeCluster cluster;

    private volatile Instant now = Instant.now();

    @BeforeAll
    static void findServer() {
        cluster = AerospikeServer.cluster("join-store");
    }

    @BeforeEach
    void emptySet() {
        AerospikeJoinStore.empty(cluster);
    }

    @Override
    protected JoinStore open() {
        return AerospikeJoinStore.open(cluster, RETENTION, () -> now);
    }

    @Override
    protected List<String> commandThatWritesAndHalts() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                WriteAndHalt.class.getName(),
                cluster.hosts().get(0),
                cluster.namespace(),
                cluster.set());
    }

    @Test
    void everyWriteBeginsTheTimeToLiveOfItsRowAnew() throws Exception {
        write(List.of(cell("row", "k", "v")));
        assertThat(record("row").getTimeToLive())
                .isBetween((int) RETENTION.toSeconds() - 60, (int) RETENTION.toSeconds());
    }

    @Test
    void aRowThatOneRecordCannotHoldGoesOnInAnother() throws Exception {
        byte[] row = bytes("long");
        byte[] value = new byte[3_500];
        new Random(1).nextBytes(value);
        List<NewCell> cells = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            cells.add(new NewCell(row, bytes("%c%04d".formatted('a' + i % 4, i)), value));
        }
        write(cells.subList(0, 700));
        write(cells.subList(600, 1_000));
        write(cells.subList(0, 10));
        reopen();

        List<List<Cell>> read = rows(List.of(range("long", "b"), whole("long"), whole("absent")));

        assertThat(read.get(0)).hasSize(250);
        assertThat(read.get(1)).hasSize(1_000);
        assertThat(read.get(1)).allMatch(cell -> Arrays.equals(cell.value(), value));
        assertThat(read.get(2)).isEmpty();
    }

    @Test
    void aValueLargerThanARecordComesBackWhole() throws Exception {
        byte[] value = new byte[3 * RecordLayout.MAX_RECORD_BYTES + 17];
        new Random(2).nextBytes(value);
        write(List.of(new NewCell(bytes("row"), bytes("large"), value), cell("row", "small", "v")));

        List<Cell> read = rows(List.of(whole("row"))).get(0);

        assertThat(read.get(0).value()).isEqualTo(value);
        assertThat(text(read).get(1)).isEqualTo("small=v");
    }

    @Test
    void aRowThatIsWrittenToForEverIsRidOfWhatIsOlderThanTheRetention() throws Exception {
        Instant began = now;
        for (int day = 0; day < 400; day++) {
            now = began.plus(Duration.ofDays(day));
            write(List.of(cell("loyal", "k%04d".formatted(day), "v")));
        }

        List<Cell> read = rows(List.of(whole("loyal"))).get(0);

        assertThat(read).hasSizeLessThan(61 + 2 * 128);
        List<String> young = new ArrayList<>();
        for (int day = 400 - 61; day < 400; day++) {
            young.add("k%04d=v".formatted(day));
        }
        assertThat(text(read)).endsWith(young.toArray(String[]::new));
    }

    @Test
    void aNamespaceThatIsNotThereIsNamedTogetherWithThoseThatAre() {
        assertThatThrownBy(() -> AerospikeJoinStore.open(
                        AerospikeCluster.of(cluster.hosts().get(0), "elsewhere").withSet("any"), RETENTION))
                .isInstanceOf(AerospikeSetupException.class)
                .hasMessageContaining("elsewhere")
                .hasMessageContaining(cluster.namespace());
    }

    @Test
    void aServerThatDoesNotAnswerIsUnavailable() {
        assertThatThrownBy(() -> AerospikeJoinStore.open(
                        AerospikeCluster.of("127.0.0.1:1", "any").withSet("any"), RETENTION))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("127.0.0.1:1");
    }

    private Record record(String row) {
        try (IAerospikeClient client = AerospikeClients.connect(cluster, "server of the tests")) {
            return client.get(null, new Key(cluster.namespace(), cluster.set(), bytes(row)));
        }
    }
}
