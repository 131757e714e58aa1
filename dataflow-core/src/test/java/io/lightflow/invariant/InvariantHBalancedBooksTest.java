package io.lightflow.invariant;

import static io.lightflow.invariant.Scene.HOUR;
import static io.lightflow.invariant.Scene.T0;
import static io.lightflow.invariant.Scene.click;
import static io.lightflow.invariant.Scene.conversion;
import static io.lightflow.invariant.Scene.impression;
import static io.lightflow.invariant.Scene.tag;
import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.event.EventType;
import io.lightflow.position.Books;
import io.lightflow.position.Books.Entry;
import org.junit.jupiter.api.Test;

/** Events in = joined + waiting + orphaned + duplicate + rejected + unattributed, at every commit. */
class InvariantHBalancedBooksTest {

    /** {@link ShardRun} asserts the balance at every commit of every test; this one follows the numbers. */
    @Test
    void everyEventIsAccountedForAtEveryCommit() {
        Scene scene = new Scene(Scene.shortWindows());
        scene.read(click("c", 1_000, "i"), click("orphan", 1_000, "never"), conversion("v", 2_000));
        assertThat(row(scene, EventType.CLICK)).isEqualTo("in 2 joined 0 waiting 2 orphaned 0");
        assertThat(row(scene, EventType.CONVERSION)).isEqualTo("in 1 joined 0 waiting 1 orphaned 0");

        scene.read(impression("i", 1), impression("i", 1), click("c", 1_000, "i"), tag("t", 1));
        assertThat(row(scene, EventType.IMPRESSION)).isEqualTo("in 2 joined 1 waiting 0 orphaned 0");
        assertThat(row(scene, EventType.CLICK)).isEqualTo("in 3 joined 1 waiting 1 orphaned 0");
        assertThat(count(scene, EventType.CLICK, Entry.DUPLICATE)).isEqualTo(1);

        scene.log(EventType.CONVERSION).garbage(T0);
        scene.read(Draft.conversion(Scene.KEY, "nobody's", T0 + 3_000, "another advertiser", null, null));
        scene.watermark(2 * HOUR);
        assertThat(row(scene, EventType.CLICK)).isEqualTo("in 3 joined 1 waiting 0 orphaned 1");
        assertThat(row(scene, EventType.CONVERSION)).isEqualTo("in 3 joined 1 waiting 0 orphaned 0");
        assertThat(count(scene, EventType.CONVERSION, Entry.REJECTED)).isEqualTo(1);
        assertThat(count(scene, EventType.CONVERSION, Entry.UNATTRIBUTED)).isEqualTo(1);
        assertThat(scene.run().position().books().total(Entry.IN)).isEqualTo(9);
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

    private static long count(Scene scene, EventType type, Entry entry) {
        return scene.run().position().books().get(type, entry);
    }

    private static String row(Scene scene, EventType type) {
        return "in " + count(scene, type, Entry.IN) + " joined " + count(scene, type, Entry.JOINED) + " waiting "
                + count(scene, type, Entry.WAITING) + " orphaned " + count(scene, type, Entry.ORPHANED);
    }
}
