package io.lightflow.topology.aerospike;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A namespace that would lose cells is refused before anything is written to it; the answers are those of 8.1.2. */
class NamespaceCheckTest {
    private static final String NAMESPACE = "ns_cluster_size=1;effective_replication_factor=1;objects=9;"
            + "clock_skew_stop_writes=false;stop_writes=false;evicted_objects=0;index_used_bytes=576;"
            + "data_used_bytes=3584;data_used_pct=0;data_avail_pct=99;allow-ttl-without-nsup=false;"
            + "conflict-resolution-policy=generation;default-ttl=0;disable-write-dup-res=false;"
            + "evict-indexes-memory-pct=0;indexes-memory-budget=0;max-record-size=1048576;nsup-period=120;"
            + "read-consistency-level-override=off;replication-factor=1;stop-writes-sys-memory-pct=90;"
            + "strong-consistency=false;write-commit-level-override=off;storage-engine=device;"
            + "storage-engine.file[0]=/opt/aerospike/data/lightflow.dat;"
            + "storage-engine.file[0].used_bytes=3584;storage-engine.cold-start-empty=false;"
            + "storage-engine.evict-used-pct=0;storage-engine.flush-max-ms=1000;"
            + "storage-engine.stop-writes-avail-pct=5;storage-engine.stop-writes-used-pct=70";
    private static final String SERVICE = "cluster-name=lightflow;min-cluster-size=1;node-id=FE801000000FC02";
    private static final NamespaceCheck CHECK =
            new NamespaceCheck("lightflow", "Aerospike namespace lightflow of [host:3000]", Duration.ofDays(61));

    @Test
    void aNamespaceThatKeepsEverythingIsTakenAndTellsItsFlushTime() {
        assertThat(CHECK.check(List.of(node()))).isEqualTo(Duration.ofSeconds(1));
        assertThat(CHECK.check(List.of(node(), node("storage-engine.flush-max-ms=2500"))))
                .isEqualTo(Duration.ofMillis(2500));
    }

    /** What stands instead in the answers, separated by blanks, and what the message must say. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            nsup-period=0                                   | set `nsup-period 120`
            default-ttl=86400                               | default-ttl is 86400 s, less than the 5270400 s
            default-ttl=5270399                             | set `default-ttl 0`
            max-record-size=131072                          | set `max-record-size 1M`
            storage-engine.cold-start-empty=true            | Set it to false
            storage-engine.evict-used-pct=60                | evict-used-pct is 60
            index-type.evict-mounts-pct=80                  | index-type.evict-mounts-pct is 80
            evict-indexes-memory-pct=80                     | evict-indexes-memory-pct is 80
            evict-sys-memory-pct=70                         | evict-sys-memory-pct is 70
            stop_writes=true data_used_pct=71               | data_used_pct is 71 (stop-writes-used-pct 70)
            stop_writes=true data_avail_pct=4               | data_avail_pct 4 (stop-writes-avail-pct 5)
            clock_skew_stop_writes=true                     | run NTP
            disable-write-dup-res=true                      | disable-write-dup-res is true
            write-commit-level-override=master              | write-commit-level-override is master
            read-consistency-level-override=one             | read-consistency-level-override is one
            replication-factor=2                            | replication-factor is 2, but there are nodes for 1 only
            max-record-size=much                            | expected a number
            """)
    void aWrongSettingIsNamedTogetherWithWhatToSet(String instead, String message) {
        assertThatThrownBy(() -> CHECK.check(List.of(node(), node(instead.split(" ")))))
                .isInstanceOf(AerospikeSetupException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aNamespaceInMemoryOnlyIsRefused() {
        String[] memory = {"storage-engine=memory", "storage-engine.file[0]=", "storage-engine.file[0].used_bytes="};
        assertThatThrownBy(() -> CHECK.check(List.of(node(memory))))
                .isInstanceOf(AerospikeSetupException.class)
                .hasMessageContaining("in memory only");
        CHECK.check(List.of(node("storage-engine.file[0]=", "storage-engine.device[0]=/dev/nvme1n1")));
    }

    /**
     * With as many nodes of a cluster that are gone as there are copies, a row may be gone; the rest must not serve.
     */
    @ParameterizedTest
    @CsvSource({"2, 2, 2", "3, 2, 2", "3, 1, 3", "4, 2, 3", "5, 3, 3", "8, 2, 7", "8, 3, 6", "8, 4, 5", "8, 5, 5"})
    void aClusterThatWouldServeWithoutTheNodesThatHoldARowIsRefused(int nodes, int copies, int least) {
        NodeAnswers enough = cluster(nodes, copies, least);
        CHECK.check(List.of(enough, enough));
        assertThatThrownBy(() -> CHECK.check(List.of(enough, cluster(nodes, copies, least - 1))))
                .isInstanceOf(AerospikeSetupException.class)
                .hasMessageContaining("Set `min-cluster-size " + least + "`");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "allow-ttl-without-nsup=true nsup-period=0",
                "default-ttl=5270400",
                "max-record-size=0",
                "max-record-size=8388608",
                "write-commit-level-override=all",
                "read-consistency-level-override=all",
                "strong-consistency=true ns_cluster_size=3 effective_replication_factor=2 replication-factor=2"
            })
    void whatLosesNothingIsTaken(String instead) {
        CHECK.check(List.of(node(instead.split(" "))));
    }

    @Test
    void everythingThatIsWrongIsToldAtOnceAndOnce() {
        NodeAnswers wrong = node("nsup-period=0", "default-ttl=60", "storage-engine.evict-used-pct=60");
        assertThatThrownBy(() -> CHECK.check(List.of(wrong, wrong)))
                .isInstanceOf(AerospikeSetupException.class)
                .hasMessageContainingAll("lightflow of [host:3000]", "nsup-period", "default-ttl", "evict-used-pct")
                .message()
                .hasLineCount(4);
    }

    @Test
    void aNamespaceThatIsNotThereIsNamedTogetherWithThoseThatAre() {
        NodeAnswers other = NodeAnswers.parse("host 3000", "test;bar", "type=unknown", SERVICE);
        assertThatThrownBy(() -> CHECK.check(List.of(node(), other)))
                .isInstanceOf(AerospikeSetupException.class)
                .hasMessageContainingAll("lightflow", "node host 3000", "test;bar", "store.aerospike.namespace");
    }

    private static NodeAnswers cluster(int nodes, int copies, int minClusterSize) {
        NodeAnswers answers = node(
                "ns_cluster_size=" + nodes, "replication-factor=" + copies, "effective_replication_factor=" + copies);
        Map<String, String> service = new HashMap<>(answers.service());
        service.put("min-cluster-size", Integer.toString(minClusterSize));
        return new NodeAnswers(answers.node(), answers.namespaces(), answers.namespace(), service);
    }

    /**
     * @param instead what a good node's answers have instead, as {@code key=value}; without the value, what they lack
     */
    private static NodeAnswers node(String... instead) {
        NodeAnswers good = NodeAnswers.parse("host 3000", "lightflow", NAMESPACE, SERVICE);
        Map<String, String> namespace = new HashMap<>(good.namespace());
        Arrays.stream(instead).map(pair -> pair.split("=", 2)).forEach(pair -> {
            if (pair[1].isEmpty()) {
                namespace.remove(pair[0]);
            } else {
                namespace.put(pair[0], pair[1]);
            }
        });
        return new NodeAnswers(good.node(), good.namespaces(), namespace, good.service());
    }
}
