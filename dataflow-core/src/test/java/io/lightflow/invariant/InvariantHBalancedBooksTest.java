package io.lightflow.invariant;

import static io.lightflow.invariant.JoinScenario.HOUR;
import static io.lightflow.invariant.JoinScenario.T0;
import static io.lightflow.invariant.JoinScenario.click;
import static io.lightflow.invariant.JoinScenario.conversion;
import static io.lightflow.invariant.JoinScenario.impression;
import static io.lightflow.invariant.JoinScenario.tag;
import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.event.EventType;
import io.lightflow.position.Books;
import io.lightflow.position.Books.Entry;
import org.junit.jupiter.api.Test;

/** At every commit, events in = joined + waiting + orphaned + duplicate + rejected + unattributed. */
class InvariantHBalancedBooksTest {

    /** {@link ShardRun} asserts the balance at every commit of every test. This test checks the numbers. */
    @Test
    void everyEventIsAccountedForAtEveryCommit() {
        JoinScenario scenario = new JoinScenario(JoinScenario.shortWindows());
        scenario.read(click("c", 1_000, "i"), click("orphan", 1_000, "never"), conversion("v", 2_000));
        assertThat(row(scenario, EventType.CLICK)).isEqualTo("in 2 joined 0 waiting 2 orphaned 0");
        assertThat(row(scenario, EventType.CONVERSION)).isEqualTo("in 1 joined 0 waiting 1 orphaned 0");

        scenario.read(impression("i", 1), impression("i", 1), click("c", 1_000, "i"), tag("t", 1));
        assertThat(row(scenario, EventType.IMPRESSION)).isEqualTo("in 2 joined 1 waiting 0 orphaned 0");
        assertThat(row(scenario, EventType.CLICK)).isEqualTo("in 3 joined 1 waiting 1 orphaned 0");
        assertThat(count(scenario, EventType.CLICK, Entry.DUPLICATE)).isEqualTo(1);

        scenario.log(EventType.CONVERSION).garbage(T0);
        scenario.read(
                SampleEvent.conversion(JoinScenario.KEY, "nobody's", T0 + 3_000, "another advertiser", null, null));
        scenario.watermark(2 * HOUR);
        assertThat(row(scenario, EventType.CLICK)).isEqualTo("in 3 joined 1 waiting 0 orphaned 1");
        assertThat(row(scenario, EventType.CONVERSION)).isEqualTo("in 3 joined 1 waiting 0 orphaned 0");
        assertThat(count(scenario, EventType.CONVERSION, Entry.REJECTED)).isEqualTo(1);
        assertThat(count(scenario, EventType.CONVERSION, Entry.UNATTRIBUTED)).isEqualTo(1);
        assertThat(scenario.run().position().books().total(Entry.IN)).isEqualTo(9);
    }

    @Test
    void anEventThatIsUnaccountedForIsNoticed() {
        for (EventType type : EventType.values()) {
            Books lost = Books.EMPTY
                    .edit()
                    .add(type, Entry.IN, 2)
                    .add(type, Entry.JOINED, 1)
                    .done();
            assertThat(lost.balanced()).isFalse();
            assertThat(lost.edit().add(type, Entry.DUPLICATE, 1).done().balanced())
                    .isTrue();
            assertThat(lost.edit().add(type, Entry.LATE, 1).done().balanced()).isFalse();
        }
        Books twice = Books.EMPTY
                .edit()
                .add(EventType.CLICK, Entry.IN, 1)
                .add(EventType.CLICK, Entry.JOINED, 2)
                .add(EventType.CLICK, Entry.WAITING, -1)
                .done();
        assertThat(twice.balanced()).as("put out twice").isFalse();
        Books misfiled = Books.EMPTY
                .edit()
                .add(EventType.CLICK, Entry.IN, 1)
                .add(EventType.TAG, Entry.JOINED, 1)
                .done();
        assertThat(misfiled.balanced()).as("type by type, not in total").isFalse();
    }

    @Test
    void theBooksOfAllShardsAddUp() {
        Books one = Books.EMPTY.edit().add(EventType.TAG, Entry.IN, 2).done();
        Books other = Books.EMPTY.edit().add(EventType.TAG, Entry.IN, 3).done();
        assertThat(one.plus(other).get(EventType.TAG, Entry.IN)).isEqualTo(5);
        assertThat(one.get(EventType.TAG, Entry.IN)).isEqualTo(2);
    }

    private static long count(JoinScenario scenario, EventType type, Entry entry) {
        return scenario.run().position().books().get(type, entry);
    }

    private static String row(JoinScenario scenario, EventType type) {
        return "in " + count(scenario, type, Entry.IN) + " joined " + count(scenario, type, Entry.JOINED) + " waiting "
                + count(scenario, type, Entry.WAITING) + " orphaned " + count(scenario, type, Entry.ORPHANED);
    }
}
