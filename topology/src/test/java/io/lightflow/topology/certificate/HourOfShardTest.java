package io.lightflow.topology.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.event.EventType;
import io.lightflow.statistics.Statistics;
import io.lightflow.topology.certificate.Difference.What;
import io.lightflow.topology.certificate.HourPlan.At;
import io.lightflow.topology.certificate.HourPlan.Out;
import io.lightflow.topology.certificate.LightRecord.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * An hour in which all is well is complete, whatever has come twice or waits; and of one thing wrong the place is
 * named.
 */
class HourOfShardTest {
    private static final int CASES = 2_000;

    private final long seed = Long.getLong("seed", System.nanoTime() % 1_000_000);

    /** Gives the cases, with a number to draw by. */
    private interface Case {
        void of(HourPlan plan, Random random);
    }

    private void forEachCase(Case each) {
        System.out.println("seed " + seed);
        for (int i = 0; i < CASES; i++) {
            each.of(new HourPlan(seed + i), new Random(seed - i));
        }
    }

    private static List<Difference> differences(HourPlan plan) {
        return plan.count().differences().named();
    }

    private static boolean isOfHour(long time) {
        return time >= HourPlan.BEGIN && time < HourPlan.BEGIN + Statistics.HOUR_MS;
    }

    @Test
    void everyEventHasItsPlaceAndTheColumnsBalance() {
        forEachCase((plan, random) -> {
            HourOfShard hour = plan.count();

            assertThat(hour.differences().named()).isEmpty();
            assertThat(hour.tally().asMap()).isEqualTo(plan.expected.asMap());
            for (EventType type : EventType.values()) {
                EventTally tally = hour.tally();
                assertThat(tally.get(type, AuditCategory.IN))
                        .isEqualTo(tally.get(type, AuditCategory.FRONT)
                                + tally.get(type, AuditCategory.TWICE)
                                - tally.get(type, AuditCategory.UNDER_WAY));
            }
        });
    }

    @Test
    void anOutputThatIsGoneIsNamedByTheOffsetOfItsLightEvent() {
        forEachCase((plan, random) -> {
            List<Out> candidates = plan.outputs.stream()
                    .filter(out ->
                            isOfHour(out.record().time()) && !out.record().unstored())
                    .filter(out -> out.record().type() == EventType.IMPRESSION
                            || out.record().type() == EventType.TAG
                            || out.record().type() == EventType.CLICK
                                    && out.record().fate() == Fate.JOINED)
                    .filter(out -> out.record().fate() != Fate.REJECTED)
                    .toList();
            if (candidates.isEmpty()) {
                return;
            }
            OutputRecord gone =
                    candidates.get(random.nextInt(candidates.size())).record();
            plan.outputs.removeIf(out -> out.record() == gone);

            assertThat(differences(plan)).singleElement().satisfies(found -> {
                assertThat(found.what()).isEqualTo(What.NOT_PUT_OUT);
                assertThat(found.partition()).isEqualTo(HourPlan.SHARD);
                // The event may have several copies, and any of them could have been emitted.
                assertThat(copies(plan, gone.fingerprint())).contains(found.topic() + "@" + found.offset());
            });
        });
    }

    @Test
    void aRejectedRecordOfWhichNothingIsLeftIsNamed() {
        forEachCase((plan, random) -> {
            List<OutputRecord> candidates = plan.outputs.stream()
                    .map(Out::record)
                    .filter(out -> isOfHour(out.time()) && out.fate() == Fate.REJECTED)
                    .filter(out -> kind(plan, out) == Kind.UNREADABLE)
                    .toList();
            if (candidates.isEmpty()) {
                return;
            }
            OutputRecord gone = candidates.get(random.nextInt(candidates.size()));
            plan.outputs.removeIf(out -> out.record() == gone);

            assertThat(differences(plan)).singleElement().satisfies(found -> {
                assertThat(found.what()).isEqualTo(What.NOT_PUT_OUT);
                assertThat(found.topic() + "@" + found.offset()).isEqualTo(gone.topic() + "@" + gone.offset());
            });
        });
    }

    private static Kind kind(HourPlan plan, OutputRecord output) {
        return plan.central.stream()
                .flatMap(List::stream)
                .filter(at -> at.record().fingerprint().equals(output.fingerprint()))
                .findFirst()
                .orElseThrow()
                .record()
                .kind();
    }

    private static List<String> copies(HourPlan plan, EventFingerprint fingerprint) {
        List<String> copies = new ArrayList<>();
        for (int topic = 0; topic < plan.topics.size(); topic++) {
            for (At at : plan.central.get(topic)) {
                if (at.record().fingerprint().equals(fingerprint)) {
                    copies.add(plan.topics.get(topic).name() + "@" + at.offset());
                }
            }
        }
        return copies;
    }

    @Test
    void anOutputThatIsThereTwiceIsNamed() {
        forEachCase((plan, random) -> {
            List<Out> candidates = plan.outputs.stream()
                    .filter(out -> isOfHour(out.record().time()))
                    .toList();
            if (candidates.isEmpty()) {
                return;
            }
            Out twice = candidates.get(random.nextInt(candidates.size()));
            plan.outputs.add(new Out(twice.topic(), 1_000_000, twice.record()));

            assertThat(differences(plan)).singleElement().satisfies(found -> {
                assertThat(found.what()).isEqualTo(What.PUT_OUT_TWICE);
                assertThat(found.offset()).isEqualTo(twice.record().offset());
                assertThat(found.words()).contains("offset 1000000 of " + twice.topic());
            });
        });
    }

    @Test
    void aDuplicateThatWasPutOutIsNamed() {
        forEachCase((plan, random) -> {
            for (int topic = 0; topic < plan.topics.size(); topic++) {
                LightTopic light = plan.topics.get(topic);
                for (At at : plan.central.get(topic)) {
                    OutputRecord first = plan.outputs.stream()
                            .map(Out::record)
                            .filter(out -> isOfHour(out.time())
                                    && out.fate() != Fate.REJECTED
                                    && !out.unstored()
                                    && out.fingerprint().equals(at.record().fingerprint()))
                            .findFirst()
                            .orElse(null);
                    if (first == null || first.topic().equals(light.name()) && first.offset() == at.offset()) {
                        continue;
                    }
                    plan.outputs.add(new Out(
                            "us.joined.again",
                            5,
                            new OutputRecord(
                                    first.fate(),
                                    first.type(),
                                    light.name(),
                                    light.incarnation(),
                                    at.offset(),
                                    first.fingerprint(),
                                    first.time(),
                                    false)));

                    assertThat(differences(plan)).singleElement().satisfies(found -> assertThat(found.what())
                            .isEqualTo(What.PUT_OUT_TWICE));
                    return;
                }
            }
        });
    }

    @Test
    void anOutputThatNoLightEventTellsOfIsNamed() {
        forEachCase((plan, random) -> {
            LightTopic light = plan.topics.get(random.nextInt(plan.topics.size()));
            OutputRecord invented = new OutputRecord(
                    Fate.JOINED,
                    light.type(),
                    light.name(),
                    light.incarnation(),
                    999_999,
                    new EventFingerprint(1, 1),
                    HourPlan.BEGIN,
                    false);
            plan.outputs.add(new Out("us.joined.invented", 77, invented));

            assertThat(differences(plan)).singleElement().satisfies(found -> {
                assertThat(found.what()).isEqualTo(What.NO_LIGHT_EVENT);
                assertThat(found.topic()).isEqualTo("us.joined.invented");
                assertThat(found.offset()).isEqualTo(77);
            });
        });
    }

    @Test
    void anEventThatTheMirrorHasLeftOutIsNamedByItsOffsetInFront() {
        forEachCase((plan, random) -> {
            int topic = random.nextInt(plan.topics.size());
            LightTopic light = plan.topics.get(topic);
            LightRecord lost = new LightRecord(
                    Kind.EVENT, light.type(), new EventFingerprint(2, 2), HourPlan.BEGIN + random.nextInt(1_000), null);
            plan.front.get(topic).add(0, new At(-5, lost));

            assertThat(differences(plan)).singleElement().satisfies(found -> {
                assertThat(found.what()).isEqualTo(What.NOT_MIRRORED);
                assertThat(found.cluster()).isEqualTo(light.dc());
                assertThat(found.topic()).isEqualTo(light.type().plural());
                assertThat(found.offset()).isEqualTo(-5);
            });
        });
    }

    @Test
    void anEventThatItsFrontClusterDoesNotHaveIsNamed() {
        forEachCase((plan, random) -> {
            for (int topic = 0; topic < plan.topics.size(); topic++) {
                List<At> front = plan.front.get(topic);
                for (int i = 0; i < front.size(); i++) {
                    LightRecord record = front.get(i).record();
                    long copies = plan.central.get(topic).stream()
                            .filter(at -> at.record().fingerprint().equals(record.fingerprint()))
                            .count();
                    long originals = front.stream()
                            .filter(at -> at.record().fingerprint().equals(record.fingerprint()))
                            .count();
                    if (record.kind() == Kind.BEACON || !isOfHour(record.time()) || copies != 1 || originals != 1) {
                        continue;
                    }
                    front.remove(i);

                    assertThat(differences(plan)).singleElement().satisfies(found -> {
                        assertThat(found.what()).isEqualTo(What.NOT_IN_FRONT);
                        assertThat(found.cluster()).isEqualTo(Difference.CENTRAL);
                    });
                    return;
                }
            }
        });
    }
}
