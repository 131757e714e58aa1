package io.lightflow.invariant;

import static io.lightflow.invariant.JoinScenario.ADVERTISER;
import static io.lightflow.invariant.JoinScenario.HOUR;
import static io.lightflow.invariant.JoinScenario.T0;
import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.attribution.LastClick;
import io.lightflow.event.EventType;
import io.lightflow.event.LightEvent;
import io.lightflow.event.OutputEvent;
import io.lightflow.event.OutputTopic;
import io.lightflow.join.JoinSettings;
import io.lightflow.join.JoinStep;
import io.lightflow.join.RecordIsolator;
import io.lightflow.join.StepBounds;
import io.lightflow.join.StepResult;
import io.lightflow.position.Books;
import io.lightflow.position.KeysAhead;
import io.lightflow.position.Position;
import io.lightflow.position.PositionCodec;
import io.lightflow.store.MemoryJoinStore;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One record that lets many timers fire cannot exhaust the memory (invariant K). */
class TimerBoundTest {
    private static final int CLICKS = 50;

    private final JoinSettings settings = JoinScenario.shortWindows();
    /** The time of the beacons that let the timers fire, after the events. */
    private long later = 100 * HOUR;

    private final TestSchemas schemas = new TestSchemas();
    private final JoinScenario scenario = new JoinScenario(settings, new MemoryJoinStore(), schemas);

    private JoinStep bounded(StepBounds bounds) {
        return new JoinStep(settings, new LastClick(), schemas.ids(), schemas, bounds);
    }

    /** Clicks of one user each, which wait for their impressions; two clicks for each time. */
    private void waitingClicks() {
        for (int number = 0; number < CLICKS; number++) {
            scenario.append(
                    SampleEvent.click("user" + number, "c" + number, T0 + number / 2, ADVERTISER, "i" + number));
        }
        scenario.watermark(0);
    }

    /** Clicks of one user each, all of one time. */
    private void clicksOfOneTime() {
        for (int number = 0; number < CLICKS; number++) {
            scenario.append(SampleEvent.click("user" + number, "c" + number, T0, ADVERTISER, "i" + number));
        }
        scenario.watermark(0);
    }

    private void later(EventType... types) {
        for (EventType type : types) {
            scenario.log(type).beacon(T0 + later);
        }
    }

    /** One record from which on all clicks are due. */
    private void oneBeacon() {
        later(EventType.IMPRESSION, EventType.CLICK, EventType.CONVERSION);
        scenario.read();
        later(EventType.TAG);
    }

    /** The steps until the watermark is where the beacons allow; all but the first have no records. */
    private List<StepResult> stepsToTheEnd(JoinStep step) {
        long end = T0 + later - settings.allowedDisorder().toMillis();
        List<StepResult> results = new ArrayList<>();
        while (scenario.run().position().watermark() < end) {
            assertThat(results).hasSizeLessThan(2 * CLICKS);
            results.add(run(step));
        }
        assertThat(scenario.run().position().watermark()).isEqualTo(end);
        for (int i = 0; i < results.size(); i++) {
            assertThat(results.get(i).hasMoreTimers()).isEqualTo(i + 1 < results.size());
        }
        assertThat(scenario.run().outcomes()).hasSize(CLICKS);
        return results;
    }

    private StepResult run(JoinStep step) {
        StepResult result = step.run(
                scenario.run().position(), scenario.block(), 1, scenario.run().store());
        scenario.run().write(result);
        scenario.run().commit(result);
        return result;
    }

    private static long orphans(StepResult result) {
        return result.position().books().get(EventType.CLICK, Books.Entry.ORPHANED);
    }

    @Test
    void timersBeyondTheBoundFireInLaterSteps() {
        waitingClicks();
        oneBeacon();

        List<StepResult> results = stepsToTheEnd(bounded(new StepBounds(Long.MAX_VALUE, 9)));

        // Two timers share each millisecond, so ten fire at once.
        assertThat(results).extracting(TimerBoundTest::orphans).containsExactly(10L, 20L, 30L, 40L, 50L, 50L);
        assertThat(results)
                .extracting(result -> result.position().watermark() - T0 - HOUR)
                .startsWith(5L, 10L, 15L);
    }

    @Test
    void timersWhoseOutputsAreTooLargeFireInLaterSteps() {
        waitingClicks();
        oneBeacon();
        long maxBytes = 1_000;

        List<StepResult> results = stepsToTheEnd(bounded(new StepBounds(maxBytes, 1_000)));

        assertThat(results).hasSizeGreaterThan(2).allMatch(result -> bytes(result) <= maxBytes);
    }

    /** The event is rejected and leaves its time in the block, which still has one record. */
    @Test
    void anEventOnWhichTheStepFailsLetsTimersFireInLaterStepsToo() {
        waitingClicks();
        later(EventType.IMPRESSION, EventType.CONVERSION, EventType.TAG);
        scenario.read();
        SampleEvent tag = SampleEvent.tag("user0", "t", T0 + later, ADVERTISER);
        scenario.append(
                new SampleEvent(EventType.CLICK, tag.joinKey(), tag.id(), tag.time(), tag.record(), tag.body()));
        JoinStep step = bounded(new StepBounds(1_000, 1_000));

        List<LightEvent> setAside = new ArrayList<>();
        StepResult first = RecordIsolator.run(
                step,
                scenario.run().store(),
                scenario.run().position(),
                scenario.block(),
                1,
                (count, event, failure) -> setAside.add(event));
        scenario.run().write(first);
        scenario.run().commit(first);

        assertThat(setAside).hasSize(1);
        assertThat(first.hasMoreTimers()).isTrue();
        assertThat(stepsToTheEnd(step)).isNotEmpty();
    }

    @Test
    void onlyTheTimersOfOneKeyAndMillisecondFireTogetherWhateverTheirOutputs() {
        waitingClicks();
        oneBeacon();

        assertThat(stepsToTheEnd(bounded(new StepBounds(1, 1)))).hasSize(CLICKS);
    }

    @Test
    void timersOfOneMillisecondBeyondTheBoundFireInLaterStepsKeyByKey() {
        clicksOfOneTime();
        oneBeacon();

        List<StepResult> results = stepsToTheEnd(bounded(new StepBounds(Long.MAX_VALUE, 20)));

        assertThat(results).extracting(TimerBoundTest::orphans).containsExactly(20L, 40L, 50L);
        long due = T0 + HOUR + 1;
        assertThat(results.subList(0, 2)).allSatisfy(result -> {
            assertThat(result.position().watermark()).isEqualTo(due - 1);
            assertThat(result.position().join().ahead().time()).isEqualTo(due);
        });
        assertThat(results.get(2).position().join().ahead()).isEqualTo(KeysAhead.NONE);
    }

    @Test
    void largeOutputsOfOneMillisecondAreSentInLaterSteps() {
        clicksOfOneTime();
        oneBeacon();
        long maxBytes = 1_000;

        List<StepResult> results = stepsToTheEnd(bounded(new StepBounds(maxBytes, 1_000)));

        assertThat(results).hasSizeGreaterThan(2).allMatch(result -> bytes(result) <= maxBytes);
    }

    @Test
    void theTimersOfOneKeyAndMillisecondFireTogether() {
        for (int number = 0; number < CLICKS; number++) {
            scenario.append(SampleEvent.click("user" + number / 25, "c" + number, T0, ADVERTISER, "i" + number));
        }
        scenario.watermark(0);
        oneBeacon();

        List<StepResult> results = stepsToTheEnd(bounded(new StepBounds(Long.MAX_VALUE, 3)));

        assertThat(results).extracting(TimerBoundTest::orphans).containsExactly(25L, 50L, 50L);
    }

    /** An event that arrives between two steps of one millisecond meets its key as it has been decided. */
    @Test
    void aKeyThatIsAheadJoinsNothingMore() {
        later = 2 * HOUR;
        clicksOfOneTime();
        oneBeacon();
        JoinStep step = bounded(new StepBounds(Long.MAX_VALUE, 20));
        run(step);
        String ahead = scenario.run().position().join().ahead().lastKey();
        String behind = "user" + (CLICKS - 1);
        assertThat(behind).isGreaterThan(ahead);

        for (String key : List.of(ahead, behind)) {
            scenario.append(SampleEvent.impression(key, key.replace("user", "i"), T0, ADVERTISER));
        }
        run(step);

        assertThat(clickOf(ahead)).containsExactly(Outcome.orphan(ahead, ahead.replace("user", "c")));
        assertThat(clickOf(behind))
                .containsExactly(Outcome.click(behind, behind.replace("user", "c"), behind.replace("user", "i")));
        assertThat(scenario.run().position().books().balanced()).isTrue();
    }

    private List<Outcome> clickOf(String joinKey) {
        return scenario.run().outcomes().stream()
                .filter(outcome ->
                        outcome.joinKey().equals(joinKey) && outcome.kind().equals("click"))
                .toList();
    }

    @Test
    void takingOverKeepsTheKeysThatAreAhead() {
        clicksOfOneTime();
        oneBeacon();
        run(bounded(new StepBounds(Long.MAX_VALUE, 20)));
        Position before = scenario.run().position();

        Position after = PositionCodec.decode(PositionCodec.encode(JoinStep.takeOver(before)));

        assertThat(after.join().ahead()).isEqualTo(before.join().ahead()).isNotEqualTo(KeysAhead.NONE);
    }

    @Test
    void aBlockMayFireAsManyTimersAsItHasRecords() {
        waitingClicks();
        later(EventType.values());

        List<StepResult> results = stepsToTheEnd(bounded(new StepBounds(Long.MAX_VALUE, 1)));

        assertThat(results).extracting(TimerBoundTest::orphans).startsWith(4L, 5L, 6L);
    }

    private static long bytes(StepResult result) {
        return result.outputs().stream()
                .filter(output -> output.topic() == OutputTopic.ORPHANS)
                .map(OutputEvent::value)
                .mapToLong(value -> value.length)
                .sum();
    }
}
