package io.lightflow.invariant;

import static io.lightflow.invariant.JoinScenario.SECOND;
import static io.lightflow.invariant.JoinScenario.click;
import static io.lightflow.invariant.JoinScenario.impression;
import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.event.Click;
import io.lightflow.event.Impression;
import io.lightflow.event.JoinedClick;
import io.lightflow.event.JoinedImpression;
import io.lightflow.invariant.OutputReader.DecodedOutput;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The join fills fields that events lack. What it filled stands, whatever data a later attempt or event finds. */
class EnrichedEventsTest {
    private final JoinScenario scenario = new JoinScenario(JoinScenario.shortWindows());

    private static SampleEvent seen(String id) {
        return impression(id, 0).withClient("agent", "203.0.113.77");
    }

    private static SampleEvent seenWithoutRegion(String id) {
        return SampleEvent.of(
                JoinScenario.KEY,
                Impression.newBuilder((Impression) seen(id).record())
                        .setRegion("")
                        .build());
    }

    private List<DecodedOutput> read(SampleEvent... events) {
        scenario.append(events);
        return scenario.run().commit(scenario.block());
    }

    private static Impression impressionOf(DecodedOutput output) {
        return output.record() instanceof JoinedImpression joined
                ? joined.getImpression()
                : ((JoinedClick) output.record()).getImpression();
    }

    @Test
    void missingFieldsAreFilledAndTheAddressLosesItsHostPart() {
        scenario.run().restart(VersionedData.of(7));
        SampleEvent sent = seenWithoutRegion("i");
        assertThat(impressionOf(read(sent).get(0)))
                .isEqualTo(Impression.newBuilder((Impression) sent.record())
                        .setIp("203.0.113.0")
                        .setCountry("C7")
                        .setRegion("203.0.113.77")
                        .setDevice("device7")
                        .setBrowser("agent7")
                        .setPlaceVersion(7)
                        .setClientVersion("parser 7")
                        .build());
    }

    @Test
    void theAdvertiserOfTheCampaignIsFilled() {
        scenario.run().restart(VersionedData.of(7));
        SampleEvent sent = SampleEvent.of(
                JoinScenario.KEY,
                Impression.newBuilder((Impression) impression("i", 0).record())
                        .setAdvertiserId("")
                        .setCampaignId("spring")
                        .build());
        Impression filled = impressionOf(read(sent).get(0));
        assertThat(filled.getAdvertiserId()).isEqualTo("advertiser of spring by 7");
        assertThat(filled.getCampaignVersion()).isEqualTo(7);
        scenario.run().restart(VersionedData.of(8));
        assertThat(impressionOf(read(click("c", SECOND, "i")).get(0))).isEqualTo(filled);
    }

    @Test
    void fieldsOfTheAdServerStay() {
        scenario.run().restart(VersionedData.of(7));
        SampleEvent sent = SampleEvent.of(
                JoinScenario.KEY,
                Impression.newBuilder((Impression) seen("i").record())
                        .setIp("203.0.113.0")
                        .setCountry("FR")
                        .setRegion("")
                        .setDevice("tv")
                        .setBrowser("b")
                        .setOperatingSystem("o")
                        .build());
        assertThat(impressionOf(read(sent).get(0))).isEqualTo(sent.record());
    }

    @Test
    void anEventWithoutAddressAndUserAgentStaysAsItIs() {
        scenario.run().restart(VersionedData.of(7));
        SampleEvent sent = impression("i", 0).withClient("", "");
        assertThat(impressionOf(read(sent).get(0))).isEqualTo(sent.record());
    }

    @Test
    void withoutDataNothingChanges() {
        SampleEvent sent = seen("i");
        assertThat(impressionOf(read(sent).get(0))).isEqualTo(sent.record());
    }

    /** The first attempt stores cells and dies. The next process has other data, and its answers count from then on. */
    @Test
    void aReplayDecidesAnewAndWhatItCommitsStands() {
        scenario.run().restart(VersionedData.of(1));
        scenario.append(seen("i"));
        scenario.run().write(scenario.run().attempt(scenario.run().position(), scenario.block()));
        scenario.run().restart(VersionedData.of(2));
        Impression committed =
                impressionOf(scenario.run().commit(scenario.block()).get(0));
        assertThat(committed.getCountry()).isEqualTo("C2");
        scenario.run().restart(VersionedData.of(3));
        assertThat(read(click("c", SECOND, "i")))
                .extracting(EnrichedEventsTest::impressionOf)
                .containsExactly(committed);
    }

    @Test
    void aCopyIsADuplicateWhateverTheDataSays() {
        scenario.run().restart(VersionedData.of(1));
        read(seen("i"));
        scenario.run().restart(VersionedData.of(2));
        assertThat(read(seen("i"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "203.0.113.77, 203.0.113.0",
        "203.0.113.*, 203.0.113.*",
        "203.0.113, ''",
        "203.0..7, ''",
        "host.example.com, ''",
        "2001:db8:85a3:1:2:8a2e:370:7334, 2001:db8:85a3::",
        "2001:db8::1, 2001:db8:0::",
        "::ffff:203.0.113.77, 203.0.113.0",
        "fe80::1%eth0, ''",
        ":::, ''",
    })
    void clicksLoseTheHostPartToo(String address, String expected) {
        scenario.run().restart(VersionedData.of(7));
        read(seen("i"));
        DecodedOutput output =
                read(click("c", SECOND, "i").withClient("agent", address)).get(0);
        Click click = ((JoinedClick) output.record()).getClick();
        assertThat(click.getIp()).isEqualTo(expected);
        assertThat(click.getUserAgent()).isEqualTo("agent");
    }
}
