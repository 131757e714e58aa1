package io.lightflow.invariant;

import static io.lightflow.invariant.JoinScenario.HOUR;
import static io.lightflow.invariant.JoinScenario.SECOND;
import static io.lightflow.invariant.JoinScenario.click;
import static io.lightflow.invariant.JoinScenario.conversion;
import static io.lightflow.invariant.JoinScenario.impression;
import static io.lightflow.invariant.JoinScenario.tag;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.event.EventType;
import io.lightflow.event.Provenance;
import io.lightflow.event.TrafficRule;
import io.lightflow.join.JoinSettings;
import io.lightflow.position.Books.Entry;
import io.lightflow.traffic.Placement;
import io.lightflow.traffic.TrafficRules;
import io.lightflow.traffic.TrafficRules.Prefetches;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Events that match a rule of invalid traffic are marked with it, and joined like others. */
class InvalidTrafficTest {
    private static final TrafficRules CLIENTS = rules(0, 0, Duration.ZERO, Duration.ZERO);

    private final Map<String, String> marks = new TreeMap<>();

    private static TrafficRules rules(
            int onImpression, int ofKey, Duration clickDelay, Duration conversionDelay, TrafficRule... shadow) {
        return rules(onImpression, ofKey, clickDelay, conversionDelay, Duration.ZERO, shadow);
    }

    private static TrafficRules rules(
            int onImpression,
            int ofKey,
            Duration clickDelay,
            Duration conversionDelay,
            Duration maxConversionDelay,
            TrafficRule... shadow) {
        return new TrafficRules(
                List.of("[Bb]ot\\b"),
                List.of("192.0.2.0/24"),
                Prefetches.MARKED,
                2,
                onImpression,
                ofKey,
                Duration.ofMinutes(1),
                clickDelay,
                Map.of(),
                conversionDelay,
                maxConversionDelay,
                Set.of(shadow));
    }

    private static JoinSettings with(TrafficRules rules) {
        return JoinScenario.shortWindows().with(rules);
    }

    private void read(JoinScenario scenario, SampleEvent... events) {
        scenario.append(events);
        note(scenario);
    }

    private void note(JoinScenario scenario) {
        scenario.run().commit(scenario.block()).forEach(output -> {
            if (output.outcome() != null) {
                Provenance provenance = output.provenance();
                marks.put(
                        output.outcome().id(),
                        provenance.getTrafficRule() + (provenance.getInvalid() ? " invalid" : ""));
            }
        });
    }

    private void watermark(JoinScenario scenario, long time) {
        scenario.appendBeacons(time);
        note(scenario);
    }

    @Test
    void aCrawlersEventsAreMarkedAndWhatFollowsFromThem() {
        JoinScenario scenario = new JoinScenario(with(CLIENTS));
        read(
                scenario,
                impression("i", 0).withClient("Somebot/2", "198.51.100.0"),
                click("c", SECOND, "i").withClient("Browser", ""),
                tag("t", 0).withClient("a Bot", ""),
                impression("human", 0).withClient("Robotics", "192.0.3.0"),
                conversion("v", 2 * SECOND));
        watermark(scenario, HOUR);
        assertThat(marks)
                .isEqualTo(Map.of(
                        "i", "crawler invalid",
                        "c", "invalid-impression invalid",
                        "v", "invalid-click invalid",
                        "t", "crawler invalid",
                        "human", ""));
        assertThat(scenario.run().position().books().total(Entry.INVALID)).isEqualTo(4);
        assertThat(scenario.run().position().books().get(EventType.CLICK, Entry.JOINED))
                .isEqualTo(1);
    }

    @Test
    void anAddressOfADataCenterIsMarkedInImpressionsAndClicks() {
        JoinScenario scenario = new JoinScenario(with(CLIENTS));
        read(
                scenario,
                impression("i", 0).withClient("", "192.0.2.0"),
                impression("j", 0),
                click("c", SECOND, "j").withClient("", "192.0.2.77"));
        assertThat(marks).isEqualTo(Map.of("i", "data-center invalid", "j", "", "c", "data-center invalid"));
    }

    @Test
    void anEventThatTheBrowserRequestedAheadOfTimeIsMarked() {
        JoinScenario scenario = new JoinScenario(with(CLIENTS));
        read(
                scenario,
                impression("i", 0).prefetched(),
                impression("j", 0),
                click("c", SECOND, "j").prefetched(),
                click("d", SECOND, "j"),
                click("e", SECOND, "i"));
        assertThat(marks)
                .isEqualTo(Map.of(
                        "i", "prefetch invalid",
                        "j", "",
                        "c", "prefetch invalid",
                        "d", "",
                        "e", "invalid-impression invalid"));
    }

    @Test
    void withoutItsRuleAPrefetchIsAnEventLikeOthers() {
        JoinScenario scenario = new JoinScenario(with(TrafficRules.NONE));
        read(scenario, impression("i", 0).prefetched(), click("c", SECOND, "i").prefetched());
        assertThat(marks).isEqualTo(Map.of("i", "", "c", ""));
    }

    @Test
    void aClickTooSoonAfterItsImpressionIsMarkedWhicheverComesFirst() {
        TrafficRules rules = rules(0, 0, Duration.ofSeconds(1), Duration.ZERO);
        JoinScenario scenario = new JoinScenario(with(rules));
        read(scenario, click("early", 999, "i"));
        read(scenario, impression("i", 0));
        read(scenario, click("fast", 999, "i"), click("slow", 1_000, "i"));
        assertThat(marks)
                .isEqualTo(Map.of("early", "fast-click invalid", "i", "", "fast", "fast-click invalid", "slow", ""));
    }

    @Test
    void aPlacementMayHaveALimitOfItsOwnWhicheverComesFirst() {
        JoinScenario scenario =
                new JoinScenario(with(withClickDelays(Map.of("top", 100L, "video", 5_000L, "any", 0L))));
        read(scenario, click("early", 4_999, "v"));
        read(
                scenario,
                impression("t", 0).in("top"),
                impression("v", 0).in("video"),
                impression("a", 0).in("any"),
                impression("o", 0).in("other"));
        read(
                scenario,
                click("t1", 99, "t"),
                click("t2", 100, "t"),
                click("v1", 5_000, "v"),
                click("a1", -1, "a"),
                click("o1", 999, "o"));
        assertThat(marks)
                .containsEntry("early", "fast-click invalid")
                .containsEntry("t1", "fast-click invalid")
                .containsEntry("t2", "")
                .containsEntry("v1", "")
                .containsEntry("a1", "")
                .containsEntry("o1", "fast-click invalid");
    }

    /** Invariant J. */
    @Test
    void theLimitOfAPlacementIsThatOfTheImpressionsArrivalAndTheRuleIsOnByTheClicks() {
        JoinScenario scenario = new JoinScenario(with(withClickDelays(Map.of("top", 5_000L))));
        read(scenario, impression("i", 0).in("top"));
        scenario.run().restart(with(withClickDelays(Map.of())));
        read(scenario, impression("j", 0).in("top"), click("ofI", 4_999, "i"), click("ofJ", 1_000, "j"));
        scenario.run().restart(with(TrafficRules.NONE));
        read(scenario, click("later", 4_999, "i"));
        assertThat(marks).isEqualTo(Map.of("i", "", "j", "", "ofI", "fast-click invalid", "ofJ", "", "later", ""));
    }

    private static TrafficRules withClickDelays(Map<String, Long> ms) {
        Map<Placement, Duration> delays = new HashMap<>();
        ms.forEach((placement, delay) -> delays.put(new Placement("", placement), Duration.ofMillis(delay)));
        return new TrafficRules(
                List.of(),
                List.of(),
                Prefetches.IGNORED,
                0,
                0,
                0,
                Duration.ZERO,
                Duration.ofSeconds(1),
                delays,
                Duration.ZERO,
                Duration.ZERO,
                Set.of());
    }

    @Test
    void theLatestClickStillWinsAConversionThatComesTooSoon() {
        TrafficRules rules = rules(0, 0, Duration.ZERO, Duration.ofSeconds(10));
        JoinScenario scenario = new JoinScenario(with(rules));
        read(
                scenario,
                impression("i", 0),
                click("c", SECOND, "i"),
                conversion("soon", 10_999),
                conversion("v", 11_000));
        watermark(scenario, HOUR);
        assertThat(marks).isEqualTo(Map.of("i", "", "c", "", "soon", "fast-conversion invalid", "v", ""));
    }

    @Test
    void aConversionTooLateAfterItsClickIsMarkedByTheRulesOfItsArrival() {
        TrafficRules rules = rules(0, 0, Duration.ZERO, Duration.ZERO, Duration.ofSeconds(10));
        JoinScenario scenario = new JoinScenario(with(rules));
        read(
                scenario,
                impression("i", 0),
                click("c", SECOND, "i"),
                conversion("v", 11_000),
                conversion("late", 11_001));
        scenario.run().restart(with(TrafficRules.NONE));
        watermark(scenario, HOUR);
        assertThat(marks).isEqualTo(Map.of("i", "", "c", "", "v", "", "late", "slow-conversion invalid"));
    }

    @Test
    void clicksBeyondTheLimitsOfTheirImpressionAndOfTheirKeyAreMarkedAcrossBlocks() {
        JoinScenario scenario = new JoinScenario(with(rules(2, 3, Duration.ZERO, Duration.ZERO)));
        read(scenario, impression("i", 0), impression("j", 0), click("c1", SECOND, "i"), click("c2", 2 * SECOND, "i"));
        read(scenario, click("c3", 3 * SECOND, "i"));
        read(scenario, click("c4", 4 * SECOND, "j"));
        read(scenario, click("c5", 90 * SECOND, "j"));
        assertThat(marks)
                .containsEntry("c2", "")
                .containsEntry("c3", "repeated-click invalid")
                .containsEntry("c4", "click-rate invalid")
                .containsEntry("c5", "");
    }

    @Test
    void impressionsBeyondTheLimitOfTheirPlacementAndSecondAreMarkedAcrossBlocks() {
        JoinScenario scenario = new JoinScenario(with(CLIENTS));
        read(
                scenario,
                impression("a", 10_000).in("top"),
                impression("b", 10_500).in("side"));
        read(scenario, impression("c", 10_999).in("top"));
        read(
                scenario,
                impression("d", 10_001).in("top"),
                impression("e", 10_500).in("side"),
                impression("f", 11_000).in("top"),
                impression("g", 9_001).in("top"));
        assertThat(marks)
                .isEqualTo(Map.of(
                        "a", "",
                        "b", "",
                        "c", "",
                        "d", "stacked invalid",
                        "e", "",
                        "f", "stacked invalid",
                        "g", ""));
    }

    /** Whether or not the rule of prefetches is on: nobody saw them. */
    @ParameterizedTest
    @EnumSource
    void aPrefetchIsNotStackedAndNothingIsStackedOnIt(Prefetches prefetches) {
        JoinScenario scenario = new JoinScenario(with(new TrafficRules(
                List.of(),
                List.of(),
                prefetches,
                1,
                0,
                0,
                Duration.ZERO,
                Duration.ZERO,
                Map.of(),
                Duration.ZERO,
                Duration.ZERO,
                Set.of())));
        read(scenario, impression("i~prefetch", 10_000).in("top").prefetched());
        read(scenario, impression("i", 10_200).in("top"));
        read(
                scenario,
                impression("j~prefetch", 10_300).in("top").prefetched(),
                impression("j", 10_400).in("top"));
        String ofPrefetches = prefetches == Prefetches.MARKED ? "prefetch invalid" : "";
        assertThat(marks)
                .isEqualTo(Map.of(
                        "i~prefetch", ofPrefetches, "i", "", "j~prefetch", ofPrefetches, "j", "stacked invalid"));
    }

    /** The first attempt stores cells and dies. They are no impressions that came before. */
    @Test
    void aReplayCountsNoImpressionOfAnAttemptThatFailed() {
        JoinScenario scenario = new JoinScenario(with(CLIENTS));
        scenario.append(impression("a", 0).in("top"), impression("b", 0).in("top"));
        scenario.run().write(scenario.run().attempt(scenario.run().position(), scenario.block()));
        scenario.run().takeOver();
        note(scenario);
        read(scenario, impression("c", 0).in("top"));
        assertThat(marks).isEqualTo(Map.of("a", "", "b", "", "c", "stacked invalid"));
    }

    @Test
    void aRuleInShadowModeMarksAndLeavesTheEventValid() {
        TrafficRules rules =
                rules(0, 0, Duration.ofSeconds(5), Duration.ZERO, TrafficRule.CRAWLER, TrafficRule.FAST_CLICK);
        JoinScenario scenario = new JoinScenario(with(rules));
        read(
                scenario,
                impression("i", 0).withClient("bot", ""),
                click("c", SECOND, "i"),
                click("d", SECOND, "i").withClient("bot", "192.0.2.9"),
                conversion("v", 2 * SECOND));
        watermark(scenario, HOUR);
        assertThat(marks)
                .isEqualTo(Map.of(
                        "i", "crawler",
                        "c", "fast-click",
                        "d", "data-center invalid",
                        "v", "invalid-click invalid"));
    }

    /** Invariant J. */
    @Test
    void theVerdictAndTheDelaysOfTheArrivalStand() {
        JoinScenario scenario = new JoinScenario(with(rules(0, 0, Duration.ofSeconds(5), Duration.ZERO)));
        read(
                scenario,
                impression("i", 0).withClient("bot", ""),
                click("fast", 2 * SECOND, "j"),
                click("ok", 7 * SECOND, "j"));
        scenario.run().restart(with(TrafficRules.NONE));
        read(scenario, impression("j", SECOND), click("c", 8 * SECOND, "i"));
        assertThat(marks)
                .isEqualTo(Map.of(
                        "i", "crawler invalid",
                        "j", "",
                        "fast", "fast-click invalid",
                        "ok", "",
                        "c", "invalid-impression invalid"));
    }

    @Test
    void everyEventNamesTheVersionOfTheRulesThatJudgedIt() {
        JoinScenario scenario = new JoinScenario(with(CLIENTS));
        scenario.append(impression("i", 0));
        List<Integer> versions = new ArrayList<>();
        scenario.run()
                .commit(scenario.block())
                .forEach(output -> versions.add(output.provenance().getTrafficVersion()));
        assertThat(versions).containsExactly(CLIENTS.version());
        assertThat(CLIENTS.version())
                .isNotZero()
                .isEqualTo(rules(0, 0, Duration.ZERO, Duration.ZERO).version())
                .isNotEqualTo(rules(1, 0, Duration.ZERO, Duration.ZERO).version());
        assertThat(TrafficRules.NONE.version()).isZero();
    }

    @Test
    void wrongRulesAreNamed() {
        assertThatThrownBy(() -> new TrafficRules(
                        List.of("(bot"),
                        List.of(),
                        Prefetches.IGNORED,
                        0,
                        0,
                        0,
                        Duration.ZERO,
                        Duration.ZERO,
                        Map.of(),
                        Duration.ZERO,
                        Duration.ZERO,
                        Set.of()))
                .hasMessageContaining("expected a regular expression for user agents of crawlers")
                .hasMessageContaining("(bot");
        assertThatThrownBy(() -> rules(0, 0, Duration.ZERO, Duration.ZERO, TrafficRule.INVALID_CLICK))
                .hasMessageContaining("invalid-click, which is always enforced");
    }
}
