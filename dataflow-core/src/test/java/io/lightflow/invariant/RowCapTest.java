package io.lightflow.invariant;

import static io.lightflow.invariant.JoinScenario.HOUR;
import static io.lightflow.invariant.JoinScenario.KEY;
import static io.lightflow.invariant.JoinScenario.SECOND;
import static io.lightflow.invariant.JoinScenario.click;
import static io.lightflow.invariant.JoinScenario.conversion;
import static io.lightflow.invariant.JoinScenario.impression;
import static io.lightflow.invariant.JoinScenario.tag;
import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.event.EventType;
import io.lightflow.position.Books;
import io.lightflow.position.Books.Entry;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * A row that exceeds its cap belongs to a bot. Events beyond the cap are flagged and counted, and do not affect those
 * within it.
 */
class RowCapTest {

    @Test
    void whatIsBeyondTheCapIsPutOutFlaggedAndCounted() {
        JoinScenario scenario = new JoinScenario(JoinScenario.withRowCap(3));
        scenario.append(impressions(1, 5));
        var seen = scenario.run().commit(scenario.block());
        assertThat(seen)
                .extracting(one -> one.provenance().getInvalid())
                .containsExactly(false, false, false, true, true);
        assertThat(scenario.read(tag("t", 9))).containsExactly(Outcome.tag(KEY, "t"));
        Books books = scenario.run().position().books();
        assertThat(books.get(EventType.IMPRESSION, Entry.INVALID)).isEqualTo(2);
        assertThat(books.get(EventType.IMPRESSION, Entry.JOINED)).isEqualTo(5);
        assertThat(books.get(EventType.TAG, Entry.INVALID)).isEqualTo(1);
    }

    @Test
    void anotherDayHasItsOwnCap() {
        JoinScenario scenario = new JoinScenario(JoinScenario.withRowCap(3));
        scenario.read(impressions(1, 4));
        scenario.read(impression("next-day", 24 * HOUR));
        assertThat(scenario.run().position().books().get(EventType.IMPRESSION, Entry.INVALID))
                .isEqualTo(1);
    }

    @Test
    void duplicatesWithinTheCapAndWithinTheBlockAreFound() {
        JoinScenario scenario = new JoinScenario(JoinScenario.withRowCap(3));
        scenario.append(impressions(1, 5)).append(impressions(1, 5));
        assertThat(scenario.run().commit(scenario.block())).hasSize(5);
        scenario.append(click("c1", 1, "x"), click("c2", 1, "x"), click("c3", 1, "x"), click("c3", 1, "x"));
        scenario.append(conversion("v1", 1), conversion("v1", 1));
        scenario.read();
        scenario.read(impressions(1, 3));
        Books books = scenario.run().position().books();
        assertThat(books.get(EventType.IMPRESSION, Entry.DUPLICATE)).isEqualTo(8);
        assertThat(books.get(EventType.CLICK, Entry.DUPLICATE)).isEqualTo(1);
        assertThat(books.get(EventType.CONVERSION, Entry.DUPLICATE)).isEqualTo(1);
    }

    @Test
    void aWaitingClickIsNotPutOutTwiceBecauseOfAnImpressionBeyondTheCap() {
        JoinScenario scenario = new JoinScenario(JoinScenario.withRowCap(3));
        scenario.read(click("c", 10 * SECOND, "i4"));
        scenario.read(impressions(1, 4));
        scenario.watermark(3 * HOUR);
        assertThat(clickOutcomes(scenario)).containsExactly(Outcome.orphan(KEY, "c"));
    }

    @Test
    void aClickOfTheSameBlockIsNotPutOutTwiceBecauseOfAnImpressionBeyondTheCap() {
        JoinScenario scenario = new JoinScenario(JoinScenario.withRowCap(3));
        scenario.append(impressions(1, 4)).read(click("c", 10 * SECOND, "i4"));
        scenario.watermark(3 * HOUR);
        scenario.read(conversion("v", 4 * HOUR));
        scenario.watermark(5 * HOUR);
        assertThat(clickOutcomes(scenario)).containsExactly(Outcome.orphan(KEY, "c"));
    }

    @Test
    void aClickBeyondTheCapIsJoinedWithAnImpressionThatIsThere() {
        JoinScenario scenario = new JoinScenario(JoinScenario.withRowCap(3));
        scenario.read(impression("i", 1));
        scenario.append(click("c1", 1, "i"), click("c2", 2, "i"), click("c3", 3, "i"), click("c4", 4, "i"));
        assertThat(scenario.read())
                .containsExactly(
                        Outcome.click(KEY, "c1", "i"),
                        Outcome.click(KEY, "c2", "i"),
                        Outcome.click(KEY, "c3", "i"),
                        Outcome.click(KEY, "c4", "i"));
        assertThat(scenario.run().position().books().get(EventType.CLICK, Entry.INVALID))
                .isPositive();
    }

    @Test
    void aCrashDoesNotMakeTheCapStrikeEarlier() {
        JoinScenario scenario = new JoinScenario(JoinScenario.withRowCap(6));
        scenario.append(impressions(1, 4)).append(tag("t", 1));
        scenario.append(click("c1", 1, "i1"), click("c2", 2, "i1"), conversion("v", 3));
        var ghosts = scenario.run().attempt(scenario.run().position(), scenario.block());
        scenario.run().store().write(ghosts.cells());
        scenario.watermark(5 * SECOND);
        assertThat(scenario.run().position().books().total(Entry.INVALID)).isZero();
    }

    private static java.util.List<Outcome> clickOutcomes(JoinScenario scenario) {
        return scenario.run().outcomes().stream()
                .filter(outcome -> outcome.kind().equals("click"))
                .toList();
    }

    private static SampleEvent[] impressions(int first, int last) {
        return IntStream.rangeClosed(first, last)
                .mapToObj(i -> impression("i" + i, i))
                .toArray(SampleEvent[]::new);
    }
}
