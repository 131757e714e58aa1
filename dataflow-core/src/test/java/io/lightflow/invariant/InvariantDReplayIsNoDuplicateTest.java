package io.lightflow.invariant;

import static io.lightflow.invariant.JoinScenario.HOUR;
import static io.lightflow.invariant.JoinScenario.KEY;
import static io.lightflow.invariant.JoinScenario.click;
import static io.lightflow.invariant.JoinScenario.conversion;
import static io.lightflow.invariant.JoinScenario.impression;
import static io.lightflow.invariant.JoinScenario.tag;
import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.event.EventType;
import io.lightflow.join.StepResult;
import io.lightflow.position.Books;
import io.lightflow.position.Books.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The same origin again is the same event. Another origin is a duplicate, which is counted, but neither emitted nor
 * stored.
 */
class InvariantDReplayIsNoDuplicateTest {

    @Test
    void anEventThatWasStoredByAnAttemptThatDiedIsNotADuplicate() {
        JoinScenario scenario = new JoinScenario();
        scenario.append(impression("i", 1), click("c", 2, "i"), conversion("v", 3), tag("t", 4));
        var attempt = scenario.run().attempt(scenario.run().position(), scenario.block());
        scenario.run().write(attempt);
        assertThat(scenario.read())
                .containsExactly(Outcome.click(KEY, "c", "i"), Outcome.impression(KEY, "i"), Outcome.tag(KEY, "t"));
        assertThat(scenario.run().position().books().total(Entry.DUPLICATE)).isZero();
    }

    @Test
    void copiesWithOtherOriginsAreCountedNotPutOutNotStored() {
        JoinScenario scenario = new JoinScenario();
        SampleEvent[] samples = {impression("i", 1), click("c", 2, "i"), conversion("v", 3), tag("t", 4)};
        assertThat(scenario.append(samples).read(samples)).as("in one block").hasSize(3);
        scenario.append(samples);
        var again = scenario.run().attempt(scenario.run().position(), scenario.block());
        assertThat(again.write(ShardRun.SHARD).isEmpty()).isTrue();
        assertThat(scenario.read()).as("in a later block").isEmpty();
        Books books = scenario.run().position().books();
        for (EventType type : EventType.values()) {
            assertThat(books.get(type, Entry.DUPLICATE)).as(type.plural()).isEqualTo(2);
        }
    }

    @Test
    void copiesThatComeDaysLaterInEventTimeAreDuplicates() {
        JoinScenario scenario = new JoinScenario();
        SampleEvent[] samples = {impression("i", 1), click("c", 2, "i"), conversion("v", 3), tag("t", 4)};
        scenario.read(samples);
        long threeDays = 3 * 24 * JoinScenario.HOUR;
        for (SampleEvent sample : samples) {
            scenario.append(sample.withTime(sample.time() + threeDays));
        }
        assertThat(scenario.read()).as("the watermark moves").containsExactly(Outcome.toClick(KEY, "v", "c", "i", 1));
        Books books = scenario.run().position().books();
        for (EventType type : EventType.values()) {
            assertThat(books.get(type, Entry.DUPLICATE)).as(type.plural()).isEqualTo(1);
        }
    }

    /** An attempt that crashes has stored one copy. The next one reads a copy with another time before it. */
    @Test
    void aCopyWithAnotherTimeThatAnAttemptStoredIsNoView() {
        JoinScenario scenario = new JoinScenario(JoinScenario.shortWindows());
        scenario.append(impression("i", 9 * HOUR));
        StepResult crashed = scenario.crash(scenario.block());
        scenario.run().commit(scenario.preceded(impression("i", 1)));
        scenario.run().write(crashed);

        scenario.read(conversion("v", 10 * HOUR));
        assertThat(scenario.watermark(12 * HOUR)).containsExactly(Outcome.unattributed(KEY, "v"));
    }

    @Test
    void idsAreUniqueForTheirTypeAndJoinKeyOnly() {
        JoinScenario scenario = new JoinScenario();
        scenario.read(impression("x", 1), click("x", 2, "x"), conversion("x", 3), tag("x", 4));
        scenario.read(SampleEvent.impression("another cookie", "x", JoinScenario.T0 + 1, JoinScenario.ADVERTISER));
        assertThat(scenario.run().position().books().total(Entry.DUPLICATE)).isZero();
    }

    @Test
    void anIdThatBeginsWithAnotherIsAnother() {
        JoinScenario scenario = new JoinScenario();
        scenario.read(impression("10", 1), impression("100", 2), tag("10", 3));
        assertThat(scenario.read(impression("1", 3), tag("1", 4)))
                .containsExactly(Outcome.impression(KEY, "1"), Outcome.tag(KEY, "1"));
    }

    /** A mirror is rebuilt: its topics start at 0 under new ids, and all events are replayed. */
    @Test
    void aTopicThatWasMadeAgainGivesOnlyDuplicates() {
        Seeds.each(150, seed -> {
            Stream stream = StreamGenerator.stream(seed);
            Random random = new Random(seed);
            ShardRun run = new ShardRun(stream.settings());
            List<TopicLog> topics = new ArrayList<>(stream.topics());
            List<TopicLog> read = new ArrayList<>();
            runTo(run, topics, random, random.nextInt(6));
            for (int i = 0; i < topics.size(); i++) {
                TopicLog log = topics.get(i);
                long next = run.position().nextOffset(log.topic(), log.incarnation());
                if (next > 0 && random.nextBoolean()) {
                    read.add(log.until(next));
                    topics.set(i, log.recreated(log.incarnation() ^ 0x4000_0000));
                }
            }
            read.addAll(topics);
            runTo(run, topics, random, Integer.MAX_VALUE);
            run.assertAnswers(new Stream(stream.settings(), read));
            assertThat(run.outcomes()).isEqualTo(stream.answer().outcomes());
        });
    }

    private static void runTo(ShardRun run, List<TopicLog> topics, Random random, int blocks) {
        Interleaving interleaving = new Interleaving(topics, random);
        Faults faults = new Faults(run, interleaving, random);
        for (int i = 0; i < blocks && !interleaving.isDone(run.position()); i++) {
            faults.strike();
            run.commit(interleaving.next(run.position()));
        }
    }
}
