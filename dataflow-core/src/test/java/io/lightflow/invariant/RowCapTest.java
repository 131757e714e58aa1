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
import io.lightflow.join.StepResult;
import io.lightflow.position.Books;
import io.lightflow.position.Books.Entry;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A row that exceeds its cap belongs to a bot. Events beyond the cap are flagged and counted, and do not affect those
 * within it.
 */
class RowCapTest {
    private final JoinScenario scenario = new JoinScenario(JoinScenario.withRowCap(3));

    @Test
    void whatIsBeyondTheCapIsPutOutFlaggedAndCounted() {
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
        scenario.read(impressions(1, 4));
        scenario.read(impression("next-day", 24 * HOUR));
        assertThat(scenario.run().position().books().get(EventType.IMPRESSION, Entry.INVALID))
                .isEqualTo(1);
    }

    @Test
    void duplicatesWithinTheCapAndWithinTheBlockAreFound() {
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
        scenario.read(click("c", 10 * SECOND, "i4"));
        scenario.read(impressions(1, 4));
        scenario.watermark(3 * HOUR);
        assertThat(clickOutcomes()).containsExactly(Outcome.orphan(KEY, "c"));
    }

    @Test
    void aClickOfTheSameBlockIsNotPutOutTwiceBecauseOfAnImpressionBeyondTheCap() {
        scenario.append(impressions(1, 4)).read(click("c", 10 * SECOND, "i4"));
        scenario.watermark(3 * HOUR);
        scenario.read(conversion("v", 4 * HOUR));
        scenario.watermark(5 * HOUR);
        assertThat(clickOutcomes()).containsExactly(Outcome.orphan(KEY, "c"));
    }

    @Test
    void aClickBeyondTheCapIsJoinedWithAnImpressionThatIsThere() {
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
    void copiesOfEventsBeyondTheCapAreDuplicatesInLaterBlocks() {
        SampleEvent[] clicks = {click("c1", 1, "x"), click("c2", 2, "x"), click("c3", 3, "x"), click("c4", 4, "x")};
        scenario.append(impressions(1, 5)).append(tag("t", 1)).append(clicks).append(conversion("v", 9));
        scenario.read();
        scenario.append(impressions(1, 5)).append(tag("t", 1)).append(clicks).append(conversion("v", 9));
        assertThat(scenario.read()).isEmpty();
        Books books = scenario.run().position().books();
        assertThat(books.get(EventType.IMPRESSION, Entry.DUPLICATE)).isEqualTo(5);
        assertThat(books.get(EventType.TAG, Entry.DUPLICATE)).isEqualTo(1);
        assertThat(books.get(EventType.CLICK, Entry.DUPLICATE)).isEqualTo(4);
        assertThat(books.get(EventType.CONVERSION, Entry.DUPLICATE)).isEqualTo(1);
    }

    /** The row is one below its cap. An attempt that crashes reads only e; the next one reads e' before e. */
    @ParameterizedTest
    @EnumSource(names = {"CLICK", "CONVERSION"})
    void aCellOfAnEventThatTurnsOutToBeBeyondTheCapStaysInvisible(EventType type) {
        scenario.read(click("c1", 1, "x"), click("c2", 2, "y"));
        SampleEvent event = type == EventType.CLICK ? click("e", 9, "i") : conversion("e", 9);
        scenario.append(event);
        StepResult crashed = scenario.crash(scenario.block());
        // The topic of clicks comes before that of conversions, so the other event fills the row.
        scenario.run().commit(scenario.preceded(click("e'", 8, "z")));
        assertThat(scenario.run().position().books().get(type, Entry.INVALID)).isEqualTo(1);
        scenario.run().write(crashed);

        scenario.read(impression("i", 7));
        scenario.watermark(9 * HOUR);
        assertThat(scenario.run().outcomes())
                .filteredOn(outcome -> outcome.id().equals("e"))
                .hasSize(1);
        assertThat(scenario.run().position().books().balanced()).isTrue();
        scenario.append(event);
        assertThat(scenario.read()).isEmpty();
        assertThat(scenario.run().position().books().get(type, Entry.DUPLICATE)).isEqualTo(1);
    }

    /**
     * As above, but the next attempt also reads a copy of e before e. The copy is beyond the cap, and e a duplicate.
     */
    @Test
    void aCellOfAnEventWhoseCopyTurnsOutToBeBeyondTheCapStaysInvisible() {
        scenario.read(click("c1", 1, "x"), click("c2", 2, "y"));
        scenario.append(click("e", 9, "i"));
        StepResult crashed = scenario.crash(scenario.block());
        scenario.run().commit(scenario.preceded(click("e'", 8, "z"), click("e", 9, "i")));
        scenario.run().write(crashed);

        scenario.read(impression("i", 7));
        scenario.watermark(9 * HOUR);
        assertThat(scenario.run().outcomes())
                .filteredOn(outcome -> outcome.id().equals("e"))
                .hasSize(1);
        assertThat(scenario.run().position().books().balanced()).isTrue();
    }

    @Test
    void aCellOfAnImpressionThatTurnsOutToBeBeyondTheCapJoinsNothing() {
        JoinScenario ofOne = new JoinScenario(JoinScenario.withRowCap(1));
        ofOne.read(click("c", 5, "i"));
        ofOne.append(impression("i", 9));
        StepResult crashed = ofOne.crash(ofOne.block());
        ofOne.run().commit(ofOne.preceded(impression("i'", 8)));
        ofOne.run().write(crashed);

        assertThat(ofOne.watermark(2 * HOUR)).containsExactly(Outcome.orphan(KEY, "c"));
        assertThat(ofOne.run().position().books().get(EventType.CLICK, Entry.WAITING))
                .isZero();
    }

    /** The reverse order of attempts: a tombstone of an attempt that never committed hides nothing. */
    @Test
    void aTombstoneOfAnAttemptThatCrashedHidesNothing() {
        scenario.read(click("c1", 1, "x"), click("c2", 2, "y"));
        scenario.append(click("e", 9, "i"));
        StepResult crashed = scenario.crash(scenario.preceded(click("e'", 8, "z")));
        scenario.run().write(crashed);
        assertThat(scenario.read()).isEmpty();
        assertThat(scenario.read(impression("i", 7)))
                .containsExactly(Outcome.click(KEY, "e", "i"), Outcome.impression(KEY, "i"));
    }

    /** An attempt that crashes has stored a copy of the next day. The following one reads a copy of today before it. */
    @ParameterizedTest
    @EnumSource(names = {"IMPRESSION", "TAG"})
    void aDuplicateOfAnotherDayThatAnAttemptStoredFillsNoDay(EventType type) {
        BiFunction<String, Long, SampleEvent> event =
                type == EventType.TAG ? JoinScenario::tag : JoinScenario::impression;
        JoinScenario ofOne = new JoinScenario(JoinScenario.withRowCap(1));
        ofOne.append(event.apply("e", 30 * HOUR));
        StepResult crashed = ofOne.crash(ofOne.block());
        ofOne.run().commit(ofOne.preceded(event.apply("e", 1L)));
        ofOne.run().write(crashed);

        ofOne.read(event.apply("other", 31 * HOUR));
        Books books = ofOne.run().position().books();
        assertThat(books.get(type, Entry.DUPLICATE)).isEqualTo(1);
        assertThat(books.get(type, Entry.JOINED)).isEqualTo(2);
        assertThat(books.get(type, Entry.INVALID)).isZero();
    }

    @Test
    void aCrashDoesNotMakeTheCapStrikeEarlier() {
        JoinScenario ofSix = new JoinScenario(JoinScenario.withRowCap(6));
        ofSix.append(impressions(1, 4)).append(tag("t", 1));
        ofSix.append(click("c1", 1, "i1"), click("c2", 2, "i1"), conversion("v", 3));
        ofSix.run().write(ofSix.run().attempt(ofSix.run().position(), ofSix.block()));
        ofSix.watermark(5 * SECOND);
        assertThat(ofSix.run().position().books().total(Entry.INVALID)).isZero();
    }

    private List<Outcome> clickOutcomes() {
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
