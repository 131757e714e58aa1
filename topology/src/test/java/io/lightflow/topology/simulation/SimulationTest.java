package io.lightflow.topology.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.topology.simulation.Blow.Fate;
import io.lightflow.topology.simulation.Blow.Moment;
import io.lightflow.topology.simulation.Event.What;
import io.lightflow.topology.simulation.Perils.Call;
import io.lightflow.topology.simulation.Simulation.Failure;
import io.lightflow.topology.simulation.Simulation.Result;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The invariants hold after every step of any schedule, and the final result equals the brute-force answer.
 * {@code -Dlightflow.seeds=N} sets the number of schedules. {@code lab/simulate} runs more, and replays single
 * schedules.
 */
class SimulationTest {
    private static final Set<What> PEACEFUL = Set.of(What.MIRROR, What.JOIN, What.COUNT, What.WAIT);

    private final Simulation simulation = new Simulation(Flaw.NONE);

    @BeforeAll
    static void quiet() {
        LoopLog.off();
    }

    @Test
    void everyScheduleKeepsTheInvariantsAndEndsWithTheBruteForceAnswer() {
        Result result = simulation.run(0, Long.getLong("lightflow.seeds", 150));
        result.failure().ifPresent(failure -> {
            throw new AssertionError(describe(failure), failure.cause());
        });
        for (Fate fate : List.of(Fate.CRASH, Fate.NO_ANSWER, Fate.STALL)) {
            for (Moment moment : Moment.values()) {
                for (Call call : Call.values()) {
                    if (call != Call.MOVE_LEDGER) {
                        assertThat(result.tally().blows(fate, moment, call))
                                .as("%s %s %s", fate, moment, call)
                                .isPositive();
                    }
                }
            }
        }
        for (What what : What.values()) {
            assertThat(result.tally().events(what)).as(what.name()).isPositive();
        }
    }

    private String describe(Failure failure) {
        StringBuilder text = new StringBuilder("seed " + failure.schedule().seed() + " (lab/simulate --seed "
                + failure.schedule().seed() + "): " + failure.cause() + "\nshortest trace:");
        simulation.run(
                simulation.shrink(failure).schedule(), line -> text.append('\n').append(line));
        return text.toString();
    }

    /** In these schedules, crashes interrupt steps that fire many timers, and no records are left afterwards. */
    @ParameterizedTest
    @ValueSource(longs = {2532, 5360})
    void invariantE_theRestOfTheTimersFiresThoughNothingIsLeftToRead(long seed) {
        assertThat(simulation.run(seed, 1).failure()).isEmpty();
    }

    @Test
    void everySinglePortCallOfAScheduleIsSurvivedWhateverHappensToIt() {
        Schedule peaceful = peaceful(Schedule.of(19));
        int struck = 0;
        for (int at = 0; at < peaceful.events().size(); at++) {
            for (Fate fate : List.of(Fate.CRASH, Fate.NO_ANSWER, Fate.STALL)) {
                for (Moment moment : Moment.values()) {
                    struck += strikeEveryCall(peaceful, at, fate, moment);
                }
            }
        }
        assertThat(struck).isGreaterThan(500);
    }

    private int strikeEveryCall(Schedule peaceful, int at, Fate fate, Moment moment) {
        for (int call = 0; ; call++) {
            List<Event> events = new ArrayList<>(peaceful.events());
            Event event = events.get(at);
            Blow blow = new Blow(call, fate, moment, 2);
            events.set(at, new Event(event.what(), event.which(), event.amount(), blow, event.salt()));
            Tally tally = new Tally();
            simulation.run(peaceful.with(events), tally, null).ifPresent(failure -> {
                throw new AssertionError("event " + at + ", " + blow, failure.cause());
            });
            if (tally.blows(fate) == 0) {
                return call;
            }
        }
    }

    private static Schedule peaceful(Schedule schedule) {
        return schedule.with(schedule.events().stream()
                .filter(event -> PEACEFUL.contains(event.what()))
                .map(Event::unharmed)
                .limit(20)
                .toList());
    }

    @Test
    void aFailingScheduleIsShrunkToFewEvents() {
        Simulation unfenced = new Simulation(Flaw.NO_FENCING);
        Failure failure = unfenced.run(0, 100).failure().orElseThrow();
        Failure shortest = unfenced.shrink(failure);
        assertThat(shortest.schedule().events())
                .hasSizeLessThan(10)
                .hasSizeLessThan(failure.schedule().events().size());
        assertThat(unfenced.run(shortest.schedule())).isPresent();
        assertThat(simulation.run(shortest.schedule())).isEmpty();
    }

    @Test
    void oneSeedAlwaysTellsTheSameStory() {
        assertThat(story(7)).isEqualTo(story(7)).hasSizeGreaterThan(50).isNotEqualTo(story(8));
    }

    private List<String> story(long seed) {
        List<String> lines = new ArrayList<>();
        assertThat(simulation.run(Schedule.of(seed), lines::add)).isEmpty();
        return lines;
    }

    /**
     * Flaws are detected only under faults, so the fakes are otherwise correct. Clicks that disappear until a commit
     * are the exception: they are missing without any fault, since the next batch is stepped before the commit.
     */
    @Test
    void withoutFaultsFlawedFakesAreAsGoodAsAny() {
        for (Flaw flaw : EnumSet.complementOf(EnumSet.of(Flaw.WAITING_CLICKS_DELETED))) {
            for (long seed = 0; seed < 50; seed++) {
                Optional<Failure> failure = new Simulation(flaw).run(peaceful(Schedule.of(seed)));
                assertThat(failure).as("%s, seed %d", flaw, seed).isEmpty();
            }
        }
    }
}
