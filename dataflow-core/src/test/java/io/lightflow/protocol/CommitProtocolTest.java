package io.lightflow.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.event.EventType;
import io.lightflow.protocol.Explorer.Report;
import io.lightflow.protocol.Explorer.Violation;
import io.lightflow.protocol.Scenario.Tearing;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The commit protocol ({@code docs/internals/protocol.md}) with the real join step, in every order in which two
 * attempts at a shard can interfere and crash. Without one of its rules the protocol breaks, and the explorer shows the
 * fewest moves that break it.
 */
class CommitProtocolTest {
    private static final Set<Rule> RULES = EnumSet.allOf(Rule.class);

    static List<Scenario> scenarios() {
        return List.of(
                impressionClickDuplicate(),
                new Scenario("impression, click, impression again, second click", Tearing.ANY_BEGINNING)
                        .topic(EventType.IMPRESSION, Scenario.impression("i", 1), Scenario.impression("i", 1))
                        .topic(EventType.CLICK, Scenario.click("c1", 2, "i"), Scenario.click("c2", 3, "i")),
                new Scenario("click before its impression, both again", Tearing.ANY_PART)
                        .topic(EventType.IMPRESSION, Scenario.impression("i", 2), Scenario.impression("i", 2))
                        .topic(EventType.CLICK, Scenario.click("c", 1, "i"), Scenario.click("c", 1, "i")),
                new Scenario("impression, the same in another topic, click", Tearing.ANY_PART)
                        .topic(EventType.IMPRESSION, Scenario.impression("i", 1))
                        .topic(EventType.IMPRESSION, Scenario.impression("i", 1))
                        .topic(EventType.CLICK, Scenario.click("c", 2, "i")),
                new Scenario("click, conversion that waits for the watermark, impression", Tearing.ANY_BEGINNING)
                        .topic(EventType.CLICK, Scenario.click("c", 2, "i"), 15)
                        .topic(EventType.CONVERSION, Scenario.conversion("v", 3), 15)
                        .topic(EventType.IMPRESSION, Scenario.impression("i", 15)));
    }

    private static Scenario impressionClickDuplicate() {
        return new Scenario("impression, click, impression again", Tearing.ANY_PART)
                .topic(EventType.IMPRESSION, Scenario.impression("i", 1), Scenario.impression("i", 1))
                .topic(EventType.CLICK, Scenario.click("c", 2, "i"));
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void everyInterleavingPutsOutEveryEventOnce(Scenario scenario) {
        System.out.println(scenario + ": " + assertKept(scenario, RULES) + " states");
    }

    /** The PostgreSQL sink has both. */
    @ParameterizedTest
    @EnumSource(names = {"FENCE", "COMPARE_AND_SET"})
    void theFenceOrTheComparisonAloneIsEnough(Rule without) {
        assertKept(impressionClickDuplicate(), allBut(without));
    }

    @Test
    void withoutTheGhostRuleAnEventIsLost() {
        assertThat(shortestTrace(Promise.NO_EVENT_LOST, Rule.GHOST_RULE))
                .containsExactly(
                        "first opens the shard",
                        "first polls up to [1, 0] and reads",
                        "first reads again",
                        "first writes a cell",
                        "second opens the shard",
                        "second polls up to [1, 0] and reads",
                        "second reads again",
                        "second commits");
    }

    @Test
    void withoutTheGhostRuleWhatWasNeverCommittedIsSeen() {
        assertThat(shortestTrace(Promise.GHOSTS_ARE_INVISIBLE, Rule.GHOST_RULE))
                .containsExactly(
                        "first opens the shard",
                        "first polls up to [0, 1] and reads",
                        "first reads again",
                        "first writes a cell");
    }

    @Test
    void withoutFenceAndComparisonAZombiePutsEventsOutAgain() {
        assertThat(shortestTrace(Promise.NO_EVENT_TWICE, Rule.FENCE, Rule.COMPARE_AND_SET))
                .containsExactly(
                        "first opens the shard",
                        "first polls up to [1, 0] and reads",
                        "first reads again",
                        "first writes a cell",
                        "second opens the shard",
                        "first commits",
                        "second polls up to [1, 0] and reads",
                        "second reads again",
                        "second commits");
    }

    @Test
    void withoutFenceAndComparisonAZombieTakesTheLedgerBack() {
        assertThat(shortestTrace(Promise.POSITION_MOVES_FORWARD, Rule.FENCE, Rule.COMPARE_AND_SET))
                .hasSize(9)
                .endsWith("second commits", "first commits");
    }

    @Test
    void withALedgerThatIsNotAtomicAnAttemptInBetweenPutsEventsOutAgain() {
        assertThat(shortestTrace(Promise.NO_EVENT_TWICE, Rule.ATOMIC_LEDGER))
                .containsExactly(
                        "first opens the shard",
                        "first polls up to [1, 0] and reads",
                        "first reads again",
                        "first writes a cell",
                        "first puts its outputs out",
                        "second opens the shard",
                        "second polls up to [1, 0] and reads",
                        "second reads again",
                        "second puts its outputs out");
    }

    private static int assertKept(Scenario scenario, Set<Rule> rules) {
        Report report = Explorer.explore(new Protocol(scenario, rules), EnumSet.allOf(Promise.class));
        assertThat(report.violation()).isEmpty();
        assertThat(report.endings()).containsExactly(scenario.ending());
        return report.states();
    }

    /** Prints and returns the fewest moves that break the promise. */
    private static List<String> shortestTrace(Promise promise, Rule... without) {
        Report report =
                Explorer.explore(new Protocol(impressionClickDuplicate(), allBut(without)), EnumSet.of(promise));
        Violation violation = report.violation().orElseThrow();
        System.out.println("without " + List.of(without) + ": " + violation);
        return violation.trace();
    }

    private static Set<Rule> allBut(Rule... without) {
        Set<Rule> rules = EnumSet.copyOf(RULES);
        rules.removeAll(List.of(without));
        return rules;
    }
}
