package io.lightflow.invariant;

import static io.lightflow.invariant.JoinScenario.HOUR;
import static io.lightflow.invariant.JoinScenario.KEY;
import static io.lightflow.invariant.JoinScenario.SECOND;
import static io.lightflow.invariant.JoinScenario.click;
import static io.lightflow.invariant.JoinScenario.conversion;
import static io.lightflow.invariant.JoinScenario.impression;
import static io.lightflow.invariant.JoinScenario.tag;
import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.event.BlockPart;
import io.lightflow.event.EventType;
import io.lightflow.position.Books;
import io.lightflow.position.Books.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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
    void copiesOfEventsBeyondTheCapAreDuplicatesInLaterBlocks() {
        JoinScenario scenario = new JoinScenario(JoinScenario.withRowCap(3));
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
        JoinScenario scenario = new JoinScenario(JoinScenario.withRowCap(3));
        scenario.read(click("c1", 1, "x"), click("c2", 2, "y"));
        SampleEvent event = type == EventType.CLICK ? click("e", 9, "i") : conversion("e", 9);
        scenario.append(event);
        var ghosts = scenario.run().attempt(scenario.run().position(), scenario.block());
        scenario.run().takeOver();
        // The topic of clicks comes before that of conversions, so the other event fills the row.
        TopicLog other = new TopicLog("a-" + EventType.CLICK.centralTopic("eu"), EventType.CLICK, 77);
        other.append(click("e'", 8, "z"));
        List<BlockPart> parts = new ArrayList<>(scenario.block().parts());
        parts.add(0, other.part(0, 1));
        scenario.run().commit(ShardRun.block(parts));
        assertThat(scenario.run().position().books().get(type, Entry.INVALID)).isEqualTo(1);
        scenario.run().store().write(ghosts.cells());

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
        JoinScenario scenario = new JoinScenario(JoinScenario.withRowCap(3));
        scenario.read(click("c1", 1, "x"), click("c2", 2, "y"));
        scenario.append(click("e", 9, "i"));
        var ghosts = scenario.run().attempt(scenario.run().position(), scenario.block());
        scenario.run().takeOver();
        TopicLog other = new TopicLog("a-" + EventType.CLICK.centralTopic("eu"), EventType.CLICK, 77);
        other.append(click("e'", 8, "z"));
        other.append(click("e", 9, "i"));
        List<BlockPart> parts = new ArrayList<>(scenario.block().parts());
        parts.add(0, other.part(0, 2));
        scenario.run().commit(ShardRun.block(parts));
        scenario.run().store().write(ghosts.cells());

        scenario.read(impression("i", 7));
        scenario.watermark(9 * HOUR);
        assertThat(scenario.run().outcomes())
                .filteredOn(outcome -> outcome.id().equals("e"))
                .hasSize(1);
        assertThat(scenario.run().position().books().balanced()).isTrue();
    }

    @Test
    void aCellOfAnImpressionThatTurnsOutToBeBeyondTheCapJoinsNothing() {
        JoinScenario scenario = new JoinScenario(JoinScenario.withRowCap(1));
        scenario.read(click("c", 5, "i"));
        scenario.append(impression("i", 9));
        var ghosts = scenario.run().attempt(scenario.run().position(), scenario.block());
        scenario.run().takeOver();
        TopicLog other = new TopicLog("a-" + EventType.IMPRESSION.centralTopic("eu"), EventType.IMPRESSION, 77);
        other.append(impression("i'", 8));
        List<BlockPart> parts = new ArrayList<>(scenario.block().parts());
        parts.add(0, other.part(0, 1));
        scenario.run().commit(ShardRun.block(parts));
        scenario.run().store().write(ghosts.cells());

        assertThat(scenario.watermark(2 * HOUR)).containsExactly(Outcome.orphan(KEY, "c"));
        assertThat(scenario.run().position().books().get(EventType.CLICK, Entry.WAITING))
                .isZero();
    }

    /** The reverse order of attempts: a tombstone of an attempt that never committed hides nothing. */
    @Test
    void aTombstoneOfAnAttemptThatCrashedHidesNothing() {
        JoinScenario scenario = new JoinScenario(JoinScenario.withRowCap(3));
        scenario.read(click("c1", 1, "x"), click("c2", 2, "y"));
        TopicLog other = new TopicLog("a-" + EventType.CLICK.centralTopic("eu"), EventType.CLICK, 77);
        other.append(click("e'", 8, "z"));
        scenario.append(click("e", 9, "i"));
        List<BlockPart> parts = new ArrayList<>(scenario.block().parts());
        parts.add(0, other.part(0, 1));
        var ghosts = scenario.run().attempt(scenario.run().position(), ShardRun.block(parts));
        scenario.run().store().write(ghosts.cells());
        scenario.run().takeOver();
        assertThat(scenario.read()).isEmpty();
        assertThat(scenario.read(impression("i", 7)))
                .containsExactly(Outcome.click(KEY, "e", "i"), Outcome.impression(KEY, "i"));
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

    private static List<Outcome> clickOutcomes(JoinScenario scenario) {
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
