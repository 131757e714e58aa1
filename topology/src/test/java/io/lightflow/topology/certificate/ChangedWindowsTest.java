package io.lightflow.topology.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.event.EventType;
import io.lightflow.topology.certificate.Difference.What;
import io.lightflow.topology.certificate.HourOfShard.WaitingConversion;
import io.lightflow.topology.certificate.LightRecord.Claim;
import io.lightflow.topology.certificate.LightRecord.Kind;
import io.lightflow.topology.settings.JoinRules;
import io.lightflow.topology.settings.SubmittedRules;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * An event was decided by the rules of its arrival (invariant J). A certificate does not know them, so it judges an
 * event by all rules that may have applied, and as strictly as they agree.
 */
class ChangedWindowsTest {
    private static final long HOUR = Duration.ofHours(1).toMillis();
    private static final long BEGIN = 1_767_261_600_000L;
    private static final long TIME = BEGIN + 1_000;
    private static final LightTopic IMPRESSIONS = topic(EventType.IMPRESSION);
    private static final LightTopic CLICKS = topic(EventType.CLICK);
    private static final LightTopic CONVERSIONS = topic(EventType.CONVERSION);
    private static final String ADVERTISER = "advertiser";

    private final EventFingerprint.Maker fingerprints = new EventFingerprint.Maker();

    private static LightTopic topic(EventType type) {
        return new LightTopic(type.centralTopic("us-west"), "us-west", type, 100 + type.ordinal(), 0, 0, 1_000);
    }

    private static PossibleRules always(String rules) {
        return new PossibleRules("us", List.of(), JoinRules.parse(rules));
    }

    /** Rules that are replaced at some time. */
    private static PossibleRules changed(long at, String before, String after) {
        return new PossibleRules(
                "us",
                List.of(new SubmittedRules(0, JoinRules.parse(before)), new SubmittedRules(at, JoinRules.parse(after))),
                JoinRules.parse("orphanAfter: 1ms"));
    }

    private EventFingerprint named(EventType type, String id) {
        return fingerprints.of(type.ordinal(), id.getBytes(StandardCharsets.UTF_8));
    }

    private LightRecord event(EventType type, Claim claim) {
        return new LightRecord(Kind.EVENT, type, named(type, "event"), TIME, claim);
    }

    private Claim claim() {
        EventFingerprint joinKey = fingerprints.of(98, "key".getBytes(StandardCharsets.UTF_8));
        return new Claim(ADVERTISER, joinKey, named(EventType.IMPRESSION, "its impression"), null);
    }

    /** An hour with this click or conversion alone, which was not emitted. */
    private HourOfShard hourOf(LightRecord event, PossibleRules rules) {
        HourOfShard hour = new HourOfShard(0, BEGIN, rules, List.of(IMPRESSIONS, CLICKS, CONVERSIONS));
        for (int topic = 0; topic < 3; topic++) {
            hour.beginTopic(topic);
            if (topic == event.type().ordinal()) {
                hour.light(7, event);
            }
        }
        return hour;
    }

    private List<What> differences(LightRecord event, PossibleRules rules, long watermark) {
        HourOfShard hour = hourOf(event, rules);
        hour.settle(watermark);
        return hour.differences().named().stream().map(Difference::what).toList();
    }

    @Test
    void aClickMayWaitByTheFormerWindow() {
        LightRecord click = event(EventType.CLICK, claim());
        PossibleRules lowered = changed(BEGIN + 2 * HOUR, "orphanAfter: 48h", "orphanAfter: 24h");
        long between = TIME + 30 * HOUR;

        assertThat(differences(click, always("orphanAfter: 24h"), between))
                .as("by the present window it would be lost")
                .containsExactly(What.NOT_PUT_OUT);
        assertThat(differences(click, lowered, between)).isEmpty();
        assertThat(differences(click, lowered, TIME + 48 * HOUR)).isEmpty();
        assertThat(differences(click, lowered, TIME + 48 * HOUR + 1)).containsExactly(What.NOT_PUT_OUT);
    }

    @Test
    void aClickMayWaitByALaterWindowSinceItMayHaveComeLate() {
        LightRecord click = event(EventType.CLICK, claim());
        PossibleRules raised = changed(BEGIN + 2 * HOUR, "orphanAfter: 24h", "orphanAfter: 48h");

        assertThat(differences(click, raised, TIME + 30 * HOUR)).isEmpty();
        assertThat(differences(click, raised, TIME + 48 * HOUR + 1)).containsExactly(What.NOT_PUT_OUT);
    }

    @Test
    void rulesThatWereReplacedBeforeDoNotCount() {
        LightRecord click = event(EventType.CLICK, claim());
        String before = "{orphanAfter: 48h, farFuture: 3h}";

        // It may be stamped three hours ahead of its record, and the clocks may differ by one.
        assertThat(differences(click, changed(TIME - 4 * HOUR, before, "{}"), TIME + 30 * HOUR))
                .isEmpty();
        assertThat(differences(click, changed(TIME - 4 * HOUR - 1, before, "{}"), TIME + 30 * HOUR))
                .containsExactly(What.NOT_PUT_OUT);
    }

    @Test
    void aConversionWaitsForTheLongestDisorder() {
        LightRecord conversion = event(EventType.CONVERSION, claim());
        PossibleRules lowered = changed(BEGIN + 2 * HOUR, "allowedDisorder: 1h", "allowedDisorder: 5s");

        assertThat(differences(conversion, always("allowedDisorder: 5s"), TIME + HOUR))
                .as("by the present disorder it would be lost")
                .containsExactly(What.NOT_PUT_OUT);
        assertThat(differences(conversion, lowered, TIME + HOUR)).isEmpty();
        assertThat(differences(conversion, lowered, TIME + HOUR + 1)).containsExactly(What.NOT_PUT_OUT);
    }

    @Test
    void aJoinIsRequiredOnlyIfAllRulesAgree() {
        LightRecord click = event(EventType.CLICK, claim());
        PossibleRules raised = changed(BEGIN + 2 * HOUR, "impressionLookBack: 10d", "impressionLookBack: 30d");
        PossibleRules lowered = changed(BEGIN + 2 * HOUR, "impressionLookBack: 30d", "impressionLookBack: 10d");
        long between = TIME - 20 * 24 * HOUR;

        assertThat(withImpression(click, always("impressionLookBack: 30d"), between))
                .as("by the present window it would be lost")
                .containsExactly(What.NOT_PUT_OUT);
        assertThat(withImpression(click, raised, between)).isEmpty();
        assertThat(withImpression(click, lowered, between)).isEmpty();
        assertThat(withImpression(click, raised, TIME - 9 * 24 * HOUR)).containsExactly(What.NOT_PUT_OUT);
        assertThat(withImpression(click, lowered, TIME - 9 * 24 * HOUR)).containsExactly(What.NOT_PUT_OUT);
    }

    /** The differences while the click may wait, if its impression was emitted. */
    private List<What> withImpression(LightRecord click, PossibleRules rules, long impressionTime) {
        HourOfShard hour = hourOf(click, rules);
        OutputRecord impression = new OutputRecord(
                Fate.JOINED,
                EventType.IMPRESSION,
                IMPRESSIONS.name(),
                IMPRESSIONS.incarnation(),
                3,
                click.claim().impression(),
                impressionTime,
                false);
        hour.output("us.joined.impressions", 5, impression, true);
        hour.settle(TIME + HOUR);
        return hour.differences().named().stream().map(Difference::what).toList();
    }

    @Test
    void aConversionMayWaitForAClickThatSomeRulesAttributeItTo() {
        PossibleRules lowered = changed(BEGIN + 2 * HOUR, "clickLookBack: 30d", "clickLookBack: 10d");

        assertThat(lowered.mayAttribute(TIME, ADVERTISER, TIME - 20 * 24 * HOUR))
                .isTrue();
        assertThat(lowered.mayAttribute(TIME, ADVERTISER, TIME - 31 * 24 * HOUR))
                .isFalse();
        assertThat(lowered.mayAttribute(TIME, ADVERTISER, TIME + 1)).isFalse();
        assertThat(lowered.mayAttribute(TIME + 24 * HOUR, ADVERTISER, TIME - 20 * 24 * HOUR))
                .as("after the change")
                .isFalse();
    }

    @Test
    void onlyConversionsThatAllRulesDecideNeedAClickThatWaits() {
        LightRecord conversion = event(EventType.CONVERSION, claim());
        PossibleRules lowered = changed(BEGIN + 2 * HOUR, "allowedDisorder: 1h", "allowedDisorder: 5s");

        assertThat(hourOf(conversion, lowered).waitingForClicks(TIME + HOUR)).isEmpty();
        assertThat(hourOf(conversion, lowered).waitingForClicks(TIME + HOUR + 1))
                .extracting(WaitingConversion::time)
                .containsExactly(TIME);
    }

    @Test
    void anAdvertisersOwnFormerWindowCounts() {
        LightRecord click = event(EventType.CLICK, claim());
        PossibleRules removed =
                changed(BEGIN + 2 * HOUR, "advertisers: {" + ADVERTISER + ": {orphanAfter: 48h}}", "{}");

        assertThat(differences(click, removed, TIME + 30 * HOUR)).isEmpty();
        assertThat(removed.longestOrphanAfter()).isEqualTo(Duration.ofHours(48));
    }

    @Test
    void theLongestReachOfAllRulesSaysHowFarToRead() {
        PossibleRules lowered =
                changed(BEGIN + 2 * HOUR, "{farFuture: 5h, impressionLookBack: 90d}", "{farFuture: 1h}");

        assertThat(lowered.farFuture(TIME)).isEqualTo(Duration.ofHours(5));
        assertThat(lowered.retention(TIME)).isEqualTo(Duration.ofDays(181));
        assertThat(lowered.farFuture(TIME + 24 * HOUR)).isEqualTo(Duration.ofHours(1));
        assertThat(lowered.retention(TIME + 24 * HOUR)).isEqualTo(Duration.ofDays(61));
    }
}
