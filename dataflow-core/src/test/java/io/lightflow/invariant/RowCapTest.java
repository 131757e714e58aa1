package io.lightflow.invariant;

import static io.lightflow.invariant.Scene.HOUR;
import static io.lightflow.invariant.Scene.KEY;
import static io.lightflow.invariant.Scene.SECOND;
import static io.lightflow.invariant.Scene.click;
import static io.lightflow.invariant.Scene.conversion;
import static io.lightflow.invariant.Scene.impression;
import static io.lightflow.invariant.Scene.tag;
import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.event.EventType;
import io.lightflow.position.Books;
import io.lightflow.position.Books.Entry;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A row that outgrows its cap is a bot's: what is beyond is flagged and counted, and spoils nothing that is within. */
class RowCapTest {

    @Test
    void whatIsBeyondTheCapIsPutOutFlaggedAndCounted() {
        Scene scene = new Scene(Scene.withRowCap(3));
        scene.append(impressions(1, 5));
        var seen = scene.run().commit(scene.block());
        assertThat(seen)
                .extracting(one -> one.provenance().getInvalid())
                .containsExactly(false, false, false, true, true);
        assertThat(scene.read(tag("t", 9))).containsExactly(Outcome.tag(KEY, "t"));
        Books books = scene.run().position().books();
        assertThat(books.get(EventType.IMPRESSION, Entry.INVALID)).isEqualTo(2);
        assertThat(books.get(EventType.IMPRESSION, Entry.JOINED)).isEqualTo(5);
        assertThat(books.get(EventType.TAG, Entry.INVALID)).isEqualTo(1);
    }

    @Test
    void anotherDayHasItsOwnCap() {
        Scene scene = new Scene(Scene.withRowCap(3));
        scene.read(impressions(1, 4));
        scene.read(impression("next-day", 24 * HOUR));
        assertThat(scene.run().position().books().get(EventType.IMPRESSION, Entry.INVALID))
                .isEqualTo(1);
    }

    @Test
    void duplicatesWithinTheCapAndWithinTheBlockAreFound() {
        Scene scene = new Scene(Scene.withRowCap(3));
        scene.append(impressions(1, 5)).append(impressions(1, 5));
        assertThat(scene.run().commit(scene.block())).hasSize(5);
        scene.append(click("c1", 1, "x"), click("c2", 1, "x"), click("c3", 1, "x"), click("c3", 1, "x"));
        scene.append(conversion("v1", 1), conversion("v1", 1));
        scene.read();
        scene.read(impressions(1, 3));
        Books books = scene.run().position().books();
        assertThat(books.get(EventType.IMPRESSION, Entry.DUPLICATE)).isEqualTo(8);
        assertThat(books.get(EventType.CLICK, Entry.DUPLICATE)).isEqualTo(1);
        assertThat(books.get(EventType.CONVERSION, Entry.DUPLICATE)).isEqualTo(1);
    }

    @Test
    void aWaitingClickIsNotPutOutTwiceBecauseOfAnImpressionBeyondTheCap() {
        Scene scene = new Scene(Scene.withRowCap(3));
        scene.read(click("c", 10 * SECOND, "i4"));
        scene.read(impressions(1, 4));
        scene.watermark(3 * HOUR);
        assertThat(clickOutcomes(scene)).containsExactly(Outcome.orphan(KEY, "c"));
    }

    @Test
    void aClickOfTheSameBlockIsNotPutOutTwiceBecauseOfAnImpressionBeyondTheCap() {
        Scene scene = new Scene(Scene.withRowCap(3));
        scene.append(impressions(1, 4)).read(click("c", 10 * SECOND, "i4"));
        scene.watermark(3 * HOUR);
        scene.read(conversion("v", 4 * HOUR));
        scene.watermark(5 * HOUR);
        assertThat(clickOutcomes(scene)).containsExactly(Outcome.orphan(KEY, "c"));
    }

    @Test
    void aClickBeyondTheCapIsJoinedWithAnImpressionThatIsThere() {
        Scene scene = new Scene(Scene.withRowCap(3));
        scene.read(impression("i", 1));
        scene.append(click("c1", 1, "i"), click("c2", 2, "i"), click("c3", 3, "i"), click("c4", 4, "i"));
        assertThat(scene.read())
                .containsExactly(
                        Outcome.click(KEY, "c1", "i"),
                        Outcome.click(KEY, "c2", "i"),
                        Outcome.click(KEY, "c3", "i"),
                        Outcome.click(KEY, "c4", "i"));
        assertThat(scene.run().position().books().get(EventType.CLICK, Entry.INVALID))
                .isPositive();
    }

    @Test
    void aCrashDoesNotMakeTheCapStrikeEarlier() {
        Scene scene = new Scene(Scene.withRowCap(6));
        scene.append(impressions(1, 4)).append(tag("t", 1));
        scene.append(click("c1", 1, "i1"), click("c2", 2, "i1"), conversion("v", 3));
        var ghosts = scene.run().attempt(scene.run().position(), scene.block());
        scene.run().store().write(ghosts.cells());
        scene.watermark(5 * SECOND);
        assertThat(scene.run().position().books().total(Entry.INVALID)).isZero();
    }

    private static java.util.List<Outcome> clickOutcomes(Scene scene) {
        return scene.run().outcomes().stream()
                .filter(outcome -> outcome.kind().equals("click"))
                .toList();
    }

    private static Draft[] impressions(int first, int last) {
        return IntStream.rangeClosed(first, last)
                .mapToObj(i -> impression("i" + i, i))
                .toArray(Draft[]::new);
    }
}
