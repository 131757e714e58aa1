package io.lightflow.invariant;

import static io.lightflow.invariant.JoinScenario.HOUR;
import static io.lightflow.invariant.JoinScenario.KEY;
import static io.lightflow.invariant.JoinScenario.SECOND;
import static io.lightflow.invariant.JoinScenario.T0;
import static io.lightflow.invariant.JoinScenario.click;
import static io.lightflow.invariant.JoinScenario.conversion;
import static io.lightflow.invariant.JoinScenario.impression;
import static io.lightflow.invariant.JoinScenario.tag;
import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.attribution.Windows;
import io.lightflow.event.EventType;
import io.lightflow.event.RejectedEvent;
import io.lightflow.invariant.OutputReader.DecodedOutput;
import io.lightflow.join.JoinSettings;
import io.lightflow.position.Books;
import io.lightflow.position.Books.Entry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** An event is rejected if it is older than what came before it by more than the longest window. */
class AgeOfEventsTest {
    /** The longest window of 10 h, the allowed disorder of 5 s, and 1 h for wrong clocks. */
    private static final long MAX_AGE = 11 * HOUR + 5 * SECOND;

    private final JoinScenario scenario = new JoinScenario(JoinScenario.shortWindows());

    @Test
    void theBoundIsTheLongestWindowAndTheAllowedDisorder() {
        scenario.read(impression("new", MAX_AGE + SECOND));
        scenario.append(impression("old", SECOND), impression("too-old", SECOND - 1));
        List<DecodedOutput> outputs = scenario.run().commit(scenario.block());
        assertThat(ShardRun.outcomes(outputs)).containsExactly(Outcome.impression(KEY, "old"));
        assertThat(reasons(outputs))
                .containsExactly("expected an event time of at least " + (T0 + SECOND)
                        + ", which is the newest time of its shard minus the longest window, the allowed disorder"
                        + " and an hour, found " + (T0 + SECOND - 1));
    }

    @Test
    void everyTypeIsRejectedAndCounted() {
        scenario.watermark(20 * HOUR);
        assertThat(scenario.read(impression("i", 1), click("c", 2, "i"), conversion("v", 3), tag("t", 4)))
                .isEmpty();
        assertThat(scenario.watermark(40 * HOUR)).isEmpty();
        Books books = scenario.run().position().books();
        for (EventType type : EventType.values()) {
            assertThat(books.get(type, Entry.REJECTED)).as(type.plural()).isEqualTo(1);
            assertThat(books.get(type, Entry.LATE)).as(type.plural()).isZero();
        }
    }

    @Test
    void theNewestEventOfTheSameBlockCounts() {
        scenario.append(impression("new", 20 * HOUR), impression("old", 1));
        assertThat(scenario.read()).containsExactly(Outcome.impression(KEY, "new"));
    }

    /** A log of years is in order. It may be read in one block, and some topics faster than others. */
    @Test
    void aLogOfYearsIsReplayed() {
        List<SampleEvent> years = new ArrayList<>();
        for (int month = 0; month < 60; month++) {
            years.add(impression("i" + month, month * 720 * HOUR));
        }
        scenario.read(click("c", 60 * 720 * HOUR, "x"));
        assertThat(scenario.read(years.toArray(SampleEvent[]::new))).hasSize(60);
        assertThat(scenario.run().position().books().get(EventType.IMPRESSION, Entry.REJECTED))
                .isZero();
    }

    @Test
    void aCopyOfAStoredEventIsADuplicateAtAnyAge() {
        scenario.read(impression("i", 1));
        scenario.watermark(40 * HOUR);
        assertThat(scenario.read(impression("i", 1))).isEmpty();
        assertThat(scenario.run().position().books().get(EventType.IMPRESSION, Entry.DUPLICATE))
                .isEqualTo(1);
    }

    @Test
    void aCopyOfARejectedEventIsJudgedAnew() {
        scenario.read(impression("new", 20 * HOUR));
        assertThat(scenario.read(impression("i", 1))).isEmpty();
        assertThat(scenario.read(impression("i", 20 * HOUR))).containsExactly(Outcome.impression(KEY, "i"));
    }

    /** An earlier attempt had longer windows. Its cell must not join a click once it is visible. */
    @Test
    void aCellOfAnEventThatTurnsOutToBeTooOldStaysInvisible() {
        scenario.read(impression("new", 12 * HOUR));
        scenario.append(impression("i", 4 * HOUR));
        var ghosts = scenario.run().attempt(scenario.run().position(), scenario.block());
        Duration hour = Duration.ofHours(1);
        scenario.run()
                .restart(new JoinSettings(
                        "eu", Duration.ofSeconds(5), new Windows(hour, hour, hour, hour), Map.of(), 2_000));
        assertThat(scenario.read()).isEmpty();
        assertThat(scenario.run().position().books().get(EventType.IMPRESSION, Entry.REJECTED))
                .isEqualTo(1);
        scenario.run().write(ghosts);

        assertThat(scenario.read(click("c", 4 * HOUR + 1, "i"))).isEmpty();
        assertThat(scenario.watermark(12 * HOUR)).containsExactly(Outcome.orphan(KEY, "c"));
        assertThat(scenario.run().position().books().total(Entry.WAITING)).isZero();
    }

    private static List<String> reasons(List<DecodedOutput> outputs) {
        return outputs.stream()
                .map(DecodedOutput::record)
                .filter(RejectedEvent.class::isInstance)
                .map(record -> ((RejectedEvent) record).getReason())
                .toList();
    }
}
