package io.lightflow.topology.dataflow;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.event.Block;
import io.lightflow.position.Position;
import io.lightflow.position.StoreVersion;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A store that is not the ledger's stops its shards (invariant L). */
class WrongStoreTest extends DataflowLoopFixture {
    @Test
    void invariantL_aLostStoreStopsItsShardsBeforeTheyCommitAnything() {
        fill(10);
        process(block(0, 0, 4, 0, 4), block(1, 0, 4, 0, 4));
        store = new FailingStore();
        loop = newLoop();
        int commits = ledger.outputs().size();
        process(all(0), all(1));
        process(all(0), all(1));

        assertThat(ledger.outputs()).hasSize(commits);
        assertThat(stops).containsOnlyKeys(0, 1);
        assertThat(stops.get(1))
                .contains("shard 1", "at write 1", "no mark of it")
                .contains("lightflow rebuild-store --settings FILE");
    }

    @Test
    void invariantL_anOlderCopyOfTheStoreStopsItsShardAndIsToldByItsLastWrite() {
        impressions.beacon(TIME);
        fill(300);
        process(block(0, 0, 1, 0, 0));
        FailingStore copy = store;
        for (int i = 1; i < 150; i++) {
            copy = i == 70 ? store.copy() : copy;
            process(block(0, i, i + 1, i - 1, i));
        }
        assertThat(ledger.position(0).store().sequence()).isEqualTo(150);
        store = copy;
        loop = newLoop();
        process(all(0));

        assertThat(stops.get(0)).contains("at write 150", "an older copy that ends at write 70");
    }

    @Test
    void invariantL_aStoreOfAnotherLedgerStopsItsShard() {
        fill(10);
        process(block(0, 0, 4, 0, 4));
        DataflowLoopFixture other = new DataflowLoopFixture().fill(10);
        other.lastStoreId = 70;
        other.process(other.block(0, 0, 4, 0, 4));
        store = other.store;
        loop = newLoop();
        process(all(0));

        assertThat(stops.get(0)).contains("no mark of it");
    }

    @Test
    void invariantL_aLedgerThatWasSetBackStopsItsShard() {
        fill(10);
        process(block(0, 0, 2, 0, 2));
        ledger.set(0, Position.START);
        process();
        loop = newLoop();
        process(block(0, 0, 4, 0, 4));
        process(block(0, 4, 6, 4, 6));
        process();
        ledger.set(0, Position.START);
        loop = newLoop();
        process(block(0, 0, 4, 0, 4));
        assertThat(stops).as("two writes ahead").isEmpty();
        process(block(0, 4, 6, 4, 6));
        process(block(0, 6, 8, 6, 8));
        process();
        ledger.set(0, Position.START);
        loop = newLoop();
        process(all(0));

        assertThat(stops.get(0)).contains("newer than the ledger", "found at least write 3");
    }

    @Test
    void invariantL_aLedgerWithoutAStoreAdoptsOneThatHoldsCellsAndRefusesAnEmptyOne() {
        fill(10);
        process(block(0, 0, 4, 0, 4));
        ledger.set(0, ledger.position(0).with(StoreVersion.UNKNOWN));
        storeWasEmpty = true;
        loop = newLoop();
        process(all(0));
        assertThat(stops.get(0)).contains("is empty", "rebuild-store");

        storeWasEmpty = false;
        loop = newLoop();
        process(all(0));
        assertThat(stops).isEmpty();
        assertJoined(10, 10);
        assertThat(ledger.position(0).store().isKnown()).isTrue();
    }

    @Test
    void invariantL_aQuietShardMarksItsStoreAnewBeforeTheMarkCanExpire() {
        fill(1);
        process(all(0));
        long sequence = ledger.position(0).store().sequence();
        long hourMs = Duration.ofHours(1).toMillis();
        for (int hour = 1; hour <= 12; hour++) {
            impressions.beacon(TIME + hour * hourMs);
            clicks.beacon(TIME + hour * hourMs);
            process(new Block(
                    0,
                    List.of(
                            impressions.part(impressions.end() - 1, impressions.end()),
                            clicks.part(clicks.end() - 1, clicks.end())),
                    TIME + hour * hourMs));
        }
        process();
        assertThat(ledger.position(0).store().sequence()).isEqualTo(sequence + 2);
    }
}
