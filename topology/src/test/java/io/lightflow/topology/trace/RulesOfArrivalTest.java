package io.lightflow.topology.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.topology.settings.JoinRules;
import io.lightflow.topology.settings.SubmittedRules;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RulesOfArrivalTest {
    private static final JoinRules PRESENT = JoinRules.parse("{orphanAfter: 5h, allowedDisorder: 9s}");
    private static final RulesOfArrival CHANGED = new RulesOfArrival(
            "us",
            List.of(
                    new SubmittedRules(100, JoinRules.parse("{orphanAfter: 1h, allowedDisorder: 1s}")),
                    new SubmittedRules(200, JoinRules.parse("{orphanAfter: 3h, advertisers: {a: {orphanAfter: 9h}}}")),
                    new SubmittedRules(300, JoinRules.parse("orphanAfter: 2h"))),
            PRESENT);

    private static Duration orphanAfter(String advertiser, long fromMs, long toMs) {
        return CHANGED.windows(advertiser, fromMs, toMs).orphanAfter();
    }

    @Test
    void anEventHasTheRulesOfItsArrival() {
        assertThat(orphanAfter("b", 150, 199)).isEqualTo(Duration.ofHours(1));
        assertThat(orphanAfter("b", 200, 299)).isEqualTo(Duration.ofHours(3));
        assertThat(orphanAfter("a", 250, 250)).isEqualTo(Duration.ofHours(9));
        assertThat(orphanAfter("a", 300, 10_000)).isEqualTo(Duration.ofHours(2));
    }

    @Test
    void theFirstRulesWereInForceBefore() {
        assertThat(orphanAfter("b", 10, 20)).isEqualTo(Duration.ofHours(1));
    }

    @Test
    void theLongestWindowCountsIfTheRulesChangedBetweenRecordAndReading() {
        assertThat(orphanAfter("b", 150, 400)).isEqualTo(Duration.ofHours(3));
        assertThat(CHANGED.allowedDisorder(150, 250)).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void theRulesOfTheSettingsCountIfNoneWereSubmitted() {
        RulesOfArrival unknown = new RulesOfArrival("us", List.of(), PRESENT);

        assertThat(unknown.windows("a", 1, 2).orphanAfter()).isEqualTo(Duration.ofHours(5));
        assertThat(unknown.allowedDisorder(1, 2)).isEqualTo(Duration.ofSeconds(9));
    }
}
