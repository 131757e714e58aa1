package io.lightflow.topology.aerospike;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.store.NewCell;
import io.lightflow.store.StoreUnavailableException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * A node that dies loses nothing for good: neither what it had not yet written to its disk, nor by an answer in
 * between.
 */
class ClusterWatchTest {
    private static final Duration FOR_EVER = Duration.ofDays(1);

    private final Node node = new Node();

    /** What a node has in memory and on disk; killed, it comes back under another key with the latter alone. */
    private static final class Node {
        final Set<String> memory = new HashSet<>();
        final Set<String> disk = new HashSet<>();
        int key = 1;
        boolean isAway;
        /** How often it dies after the next reads or writes. */
        int deaths;

        void write(List<NewCell> cells) {
            if (isAway) {
                throw new StoreUnavailableException("unavailable", null);
            }
            cells.forEach(cell -> memory.add(new String(cell.key(), StandardCharsets.UTF_8)));
            mayDie();
        }

        Set<String> read() {
            Set<String> all = new HashSet<>(memory);
            all.addAll(disk);
            mayDie();
            return all;
        }

        private void mayDie() {
            if (deaths > 0) {
                deaths--;
                die();
            }
        }

        void die() {
            memory.clear();
            key++;
        }

        void flush() {
            disk.addAll(memory);
        }
    }

    private ClusterWatch watch(Duration flushTime) {
        return new ClusterWatch("node of the test", () -> "key-" + node.key, node::write, flushTime);
    }

    private static List<NewCell> cells(String... keys) {
        return Stream.of(keys)
                .map(key -> new NewCell(new byte[] {1}, key.getBytes(StandardCharsets.UTF_8), new byte[0]))
                .toList();
    }

    @Test
    void whatADeadNodeHadNotWrittenToDiskIsThereBeforeTheNextAnswer() {
        ClusterWatch watch = watch(FOR_EVER);
        watch.write(cells("a", "b"));
        node.flush();
        watch.write(cells("c"));
        node.die();

        assertThat(watch.read(node::read)).containsExactlyInAnyOrder("a", "b", "c");
        assertThat(node.memory).contains("c");
    }

    @Test
    void aNodeThatDiesDuringARead() {
        ClusterWatch watch = watch(FOR_EVER);
        watch.write(cells("a"));
        node.deaths = 1;

        assertThat(watch.read(node::read)).containsExactly("a");
        assertThat(node.memory).containsExactly("a");
    }

    @Test
    void aNodeThatDiesRightAfterAWriteHasItWhenTheWriteIsDone() {
        ClusterWatch watch = watch(FOR_EVER);
        watch.write(cells("a"));
        node.deaths = 3;

        watch.write(cells("b"));

        assertThat(node.memory).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void aNodeThatDiesOverAndOverIsUnavailable() {
        ClusterWatch watch = watch(FOR_EVER);
        node.deaths = 1_000;

        assertThatThrownBy(() -> watch.write(cells("a"))).isInstanceOf(StoreUnavailableException.class);
        assertThatThrownBy(() -> watch.read(node::read)).isInstanceOf(StoreUnavailableException.class);
    }

    @Test
    void whatWasNotWrittenIsNotKept() {
        ClusterWatch watch = watch(FOR_EVER);
        node.isAway = true;
        for (int attempt = 0; attempt < 3; attempt++) {
            assertThatThrownBy(() -> watch.write(cells("a"))).isInstanceOf(StoreUnavailableException.class);
        }
        node.isAway = false;
        node.die();

        assertThat(watch.read(node::read)).isEmpty();
    }

    @Test
    void whatIsOnDiskForSureIsForgotten() {
        RecentWrites recent = new RecentWrites(Duration.ofNanos(10));
        RecentWrites.Write first = recent.begin(cells("a"));
        RecentWrites.Write second = recent.begin(cells("b"));
        recent.begin(cells("under way"));
        recent.done(first, 100);
        recent.done(second, 105);

        recent.areThere(111);
        assertThat(recent.all()).hasSize(2);
        recent.doneAgain(120);
        recent.areThere(130);
        assertThat(recent.all()).hasSize(2);
        recent.areThere(131);

        assertThat(recent.all()).hasSize(1);
        assertThat(new String(recent.all().get(0).key(), StandardCharsets.UTF_8))
                .isEqualTo("under way");
    }
}
