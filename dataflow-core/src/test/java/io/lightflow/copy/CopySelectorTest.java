package io.lightflow.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.event.AttributionKind;
import io.lightflow.event.Origin;
import io.lightflow.event.OutputEncoder;
import io.lightflow.event.OutputEncoder.EventSource;
import io.lightflow.event.OutputEncoder.Trace;
import io.lightflow.event.OutputEvent;
import io.lightflow.event.OutputTopic;
import io.lightflow.event.TrafficRule;
import io.lightflow.event.TrafficVerdict;
import io.lightflow.invariant.SampleEvent;
import io.lightflow.invariant.TestSchemas;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is copied follows from the event and the rules alone. */
class CopySelectorTest {
    private static final String TOPIC = "partner";

    private final OutputEncoder encoder = new OutputEncoder(new TestSchemas().ids());

    private static CopyRule rule(
            OutputTopic from, Map<String, Set<String>> where, Map<String, Set<String>> unless, double sample) {
        return new CopyRule(TOPIC, from, where, unless, sample);
    }

    private OutputEvent impression(String joinKey, String advertiser, TrafficVerdict traffic) {
        SampleEvent sample = SampleEvent.impression(joinKey, "i", 1, advertiser);
        return encoder.impression(joinKey.getBytes(StandardCharsets.UTF_8), trace(traffic), sample.body());
    }

    private static Trace trace(TrafficVerdict traffic) {
        EventSource source = new EventSource("us-west.impressions", 1, new Origin(7, 8));
        return new Trace(source, 1, 2, 3, false, traffic);
    }

    private static boolean isCopied(CopyRule rule, OutputEvent output) {
        return !new CopySelector(List.of(rule)).topicsFor(output).isEmpty();
    }

    @Test
    void fieldsOfTheEventAndOfItsProvenanceDecide() {
        CopyRule rule = rule(
                OutputTopic.IMPRESSIONS,
                Map.of("impression.advertiserId", Set.of("acme", "other")),
                Map.of("provenance.invalid", Set.of("true")),
                1);
        TrafficVerdict invalid = new TrafficVerdict(TrafficRule.CRAWLER, false, 5);

        assertThat(isCopied(rule, impression("k", "acme", TrafficVerdict.NONE))).isTrue();
        assertThat(isCopied(rule, impression("k", "nobody", TrafficVerdict.NONE)))
                .isFalse();
        assertThat(isCopied(rule, impression("k", "acme", invalid))).isFalse();
    }

    @Test
    void anOutputOfAnotherTopicIsNotCopied() {
        assertThat(isCopied(
                        rule(OutputTopic.CLICKS, Map.of(), Map.of(), 1), impression("k", "acme", TrafficVerdict.NONE)))
                .isFalse();
    }

    @Test
    void aConversionWithoutAClickHasNoFieldsOfIt() {
        SampleEvent conversion = SampleEvent.conversion("k", "v", 1, "acme", null, null);
        SampleEvent impression = SampleEvent.impression("k", "i", 1, "acme");
        EventSource source = new EventSource("us-west.impressions", 1, new Origin(7, 9));
        byte[] key = "k".getBytes(StandardCharsets.UTF_8);
        OutputEvent viewed = encoder.conversion(
                key,
                trace(TrafficVerdict.NONE),
                conversion.body(),
                AttributionKind.VIEW,
                0,
                null,
                null,
                source,
                impression.body());
        OutputEvent nobody = encoder.conversion(
                key, trace(TrafficVerdict.NONE), conversion.body(), AttributionKind.NONE, 0, null, null, null, null);
        CopyRule ofCampaign =
                rule(OutputTopic.CONVERSIONS, Map.of("impression.campaignId", Set.of("campaign-acme")), Map.of(), 1);
        CopyRule notOfCampaign =
                rule(OutputTopic.CONVERSIONS, Map.of(), Map.of("impression.campaignId", Set.of("campaign-acme")), 1);
        CopyRule views = rule(OutputTopic.CONVERSIONS, Map.of("attribution", Set.of("VIEW")), Map.of(), 1);

        assertThat(List.of(isCopied(ofCampaign, viewed), isCopied(notOfCampaign, viewed), isCopied(views, viewed)))
                .containsExactly(true, false, true);
        assertThat(List.of(isCopied(ofCampaign, nobody), isCopied(notOfCampaign, nobody), isCopied(views, nobody)))
                .containsExactly(false, true, false);
    }

    @Test
    void aSampleHoldsAllEventsOfAJoinKeyOrNone() {
        CopySelector impressions = new CopySelector(List.of(rule(OutputTopic.IMPRESSIONS, Map.of(), Map.of(), 0.1)));
        CopySelector tags = new CopySelector(List.of(rule(OutputTopic.TAGS, Map.of(), Map.of(), 0.1)));
        int copied = 0;
        for (int i = 0; i < 10_000; i++) {
            String key = "cookie-" + i;
            OutputEvent tag = encoder.tag(
                    key.getBytes(StandardCharsets.UTF_8),
                    trace(TrafficVerdict.NONE),
                    SampleEvent.tag(key, "t", 1, "acme").body());
            boolean isCopied = !impressions
                    .topicsFor(impression(key, "acme", TrafficVerdict.NONE))
                    .isEmpty();
            assertThat(!tags.topicsFor(tag).isEmpty()).isEqualTo(isCopied);
            copied += isCopied ? 1 : 0;
        }
        assertThat(copied).isBetween(900, 1_100);
    }

    @Test
    void beaconsAreCopiedWhateverTheRuleSays() {
        CopyRule rule =
                rule(OutputTopic.IMPRESSIONS, Map.of("impression.advertiserId", Set.of("nobody")), Map.of(), 0.000_001);
        assertThat(isCopied(rule, encoder.beacon(OutputTopic.IMPRESSIONS, "us", 5)))
                .isTrue();
    }

    @Test
    void anEventIsCopiedOnceToATopicOfSeveralRules() {
        CopySelector selector = new CopySelector(List.of(
                rule(OutputTopic.IMPRESSIONS, Map.of(), Map.of(), 1),
                new CopyRule("all", OutputTopic.IMPRESSIONS, Map.of(), Map.of(), 1),
                rule(OutputTopic.IMPRESSIONS, Map.of("impression.advertiserId", Set.of("acme")), Map.of(), 1)));
        assertThat(selector.topicsFor(impression("k", "acme", TrafficVerdict.NONE)))
                .containsExactly(TOPIC, "all");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "impression.nothing | expected a field of JoinedImpression whose fields are [impression, provenance]",
                "impression.id.more | expected a field of JoinedImpression",
                "impression | expected a field with a string, number or boolean, found impression of type record",
            })
    void aPathThatNamesNoValueIsRejected(String path, String message) {
        assertThatThrownBy(() -> rule(OutputTopic.IMPRESSIONS, Map.of(path, Set.of("x")), Map.of(), 1))
                .hasMessageContaining(message);
    }

    @Test
    void aSampleOfNothingIsRejected() {
        assertThatThrownBy(() -> rule(OutputTopic.TAGS, Map.of(), Map.of(), 0))
                .hasMessage("expected a sample above 0 and up to 1, found 0.0");
    }
}
