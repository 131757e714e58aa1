package io.lightflow.topology.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.attribution.LastClick;
import io.lightflow.event.Beacon;
import io.lightflow.event.Block;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BlockPart;
import io.lightflow.event.BodyEncoder;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.event.LightEventDecoder;
import io.lightflow.event.OutputEvent;
import io.lightflow.event.Tag;
import io.lightflow.invariant.TestSchemas;
import io.lightflow.join.JoinSettings;
import io.lightflow.join.JoinStep;
import io.lightflow.position.Position;
import io.lightflow.store.MemoryJoinStore;
import io.lightflow.topology.certificate.LightRecord.Kind;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

/** The certificate recognizes the outputs of a light record without the join's decoder. */
class RecordReadingTest {
    private static final Duration FAR_FUTURE = Duration.ofHours(1);
    private static final long TIME = 1_767_261_600_000L;
    private static final byte[] KEY = "cookie".getBytes(StandardCharsets.UTF_8);
    private static final SortedMap<String, EventType> TOPICS = new TreeMap<>(Map.of(
            "us-west.impressions", EventType.IMPRESSION,
            "us-west.clicks", EventType.CLICK,
            "us-west.conversions", EventType.CONVERSION,
            "us-west.tags", EventType.TAG));

    private final TestSchemas schemas = new TestSchemas();
    private final BodyEncoder encoder = new BodyEncoder();
    private final RecordReading reading = new RecordReading(schemas, FAR_FUTURE, TOPICS);

    /** By topic, at offsets from 0 on. */
    private final Map<String, List<byte[]>> records = new TreeMap<>();

    private void add(String topic, byte[] value) {
        records.computeIfAbsent(topic, none -> new ArrayList<>()).add(value);
    }

    private void add(String topic, SpecificRecord event) {
        add(topic, encoder.encodeWithHeader(event, schemas.id(event.getSchema())));
    }

    private static Impression impression(String id, long priceMicros, long time) {
        return Impression.newBuilder()
                .setId(id)
                .setTime(time)
                .setAdvertiserId("adv")
                .setCampaignId("campaign")
                .setCreativeId("creative")
                .setPriceMicros(priceMicros)
                .setCurrency("USD")
                .build();
    }

    private static Click click(String id, long time, String advertiserId, String impressionId) {
        return Click.newBuilder()
                .setId(id)
                .setTime(time)
                .setAdvertiserId(advertiserId)
                .setImpressionId(impressionId)
                .build();
    }

    private static Conversion conversion(
            String id, long time, String advertiserId, String impressionId, String clickId) {
        return Conversion.newBuilder()
                .setId(id)
                .setTime(time)
                .setAdvertiserId(advertiserId)
                .setImpressionId(impressionId)
                .setClickId(clickId)
                .build();
    }

    @Test
    void everyFateOfARecordIsReadFromWhatTheJoinPutsOut() {
        add("us-west.impressions", impression("i", 5, TIME));
        add("us-west.impressions", impression("dear", -5, TIME));
        add("us-west.impressions", impression("future", 5, TIME + FAR_FUTURE.toMillis() + 1));
        add("us-west.impressions", "no Avro".getBytes(StandardCharsets.UTF_8));
        add("us-west.impressions", new byte[] {0, 0, 0, 0, 1, 2});
        add("us-west.clicks", click("c", TIME + 1, "adv", "i"));
        add("us-west.clicks", click("lonely", TIME + 1, "adv", "none"));
        add("us-west.conversions", conversion("v", TIME + 2, "adv", null, "c"));
        add("us-west.conversions", conversion("nobody's", TIME + 2, "other", null, null));
        add(
                "us-west.tags",
                Tag.newBuilder().setId("t").setTime(TIME).setAdvertiserId("adv").build());
        long end = TIME + Duration.ofDays(2).toMillis();
        TOPICS.keySet()
                .forEach(topic -> add(
                        topic, Beacon.newBuilder().setTime(end).setDc("us-west").build()));

        Map<String, OutputRecord> outputs = outputs();

        assertThat(fates(outputs))
                .isEqualTo(new TreeMap<>(Map.of(
                        "us-west.impressions@0", Fate.JOINED,
                        "us-west.impressions@1", Fate.REJECTED,
                        "us-west.impressions@2", Fate.REJECTED,
                        "us-west.impressions@3", Fate.REJECTED,
                        "us-west.impressions@4", Fate.REJECTED,
                        "us-west.clicks@0", Fate.JOINED,
                        "us-west.clicks@1", Fate.ORPHANED,
                        "us-west.conversions@0", Fate.JOINED,
                        "us-west.conversions@1", Fate.UNATTRIBUTED,
                        "us-west.tags@0", Fate.JOINED)));
        outputs.forEach((place, output) -> {
            LightRecord light = light(output.topic(), (int) output.offset());
            assertThat(light.kind()).as(place).isNotEqualTo(Kind.BEACON);
            assertThat(output.fingerprint()).as(place).isEqualTo(light.fingerprint());
            assertThat(output.time()).as(place).isEqualTo(light.time());
            assertThat(output.incarnation()).as(place).isEqualTo(incarnation(output.topic()));
        });
        assertThat(light("us-west.impressions", 1).kind()).isEqualTo(Kind.EVENT);
        for (int unreadable = 2; unreadable <= 4; unreadable++) {
            assertThat(light("us-west.impressions", unreadable).kind()).isEqualTo(Kind.UNREADABLE);
        }
        assertThat(light("us-west.impressions", 5).kind()).isEqualTo(Kind.BEACON);
    }

    @Test
    void aConversionMayBeWonByTheClickThatItNamesOrElseByOneOfItsAdvertiser() {
        add("us-west.clicks", click("c", TIME, "adv", "i"));
        add("us-west.clicks", click("d", TIME, "adv", "j"));
        add("us-west.clicks", click("e", TIME, "other", "k"));
        add("us-west.conversions", conversion("1", TIME, "adv", "j", "c"));
        add("us-west.conversions", conversion("2", TIME, "adv", "j", null));
        add("us-west.conversions", conversion("3", TIME, "adv", null, null));

        assertThat(winners(0)).containsExactly(0);
        assertThat(winners(1)).containsExactly(1);
        assertThat(winners(2)).containsExactly(0, 1);
    }

    private List<Integer> winners(int conversion) {
        List<Integer> winners = new ArrayList<>();
        for (int click = 0; click < 3; click++) {
            if (light("us-west.conversions", conversion).claim().mayBeWonBy(light("us-west.clicks", click))) {
                winners.add(click);
            }
        }
        return winners;
    }

    private LightRecord light(String topic, int offset) {
        return reading.light(TOPICS.get(topic), KEY, records.get(topic).get(offset), recordMs(topic, offset));
    }

    /** The time of a closing beacon lies as far ahead. */
    private long recordMs(String topic, int offset) {
        return offset == records.get(topic).size() - 1
                ? TIME + Duration.ofDays(2).toMillis()
                : TIME;
    }

    private static int incarnation(String topic) {
        return 1_000 + TOPICS.get(topic).ordinal();
    }

    /** The join's outputs, by topic and offset of the light record. */
    private Map<String, OutputRecord> outputs() {
        LightEventDecoder decoder = new LightEventDecoder(schemas, FAR_FUTURE);
        List<BlockPart> parts = new ArrayList<>();
        records.forEach((topic, values) -> {
            List<BlockEntry> entries = new ArrayList<>();
            for (int offset = 0; offset < values.size(); offset++) {
                entries.add(decoder.decode(
                        TOPICS.get(topic),
                        KEY,
                        values.get(offset),
                        incarnation(topic),
                        offset,
                        recordMs(topic, offset)));
            }
            parts.add(new BlockPart(topic, TOPICS.get(topic), incarnation(topic), 0, values.size(), false, entries));
        });
        JoinStep step = new JoinStep(JoinSettings.defaults("us"), new LastClick(), schemas.ids(), schemas);
        Map<String, OutputRecord> outputs = new TreeMap<>();
        for (OutputEvent event : step.run(Position.START, new Block(0, parts, 0), 1, new MemoryJoinStore())
                .outputs()) {
            OutputRecord output = reading.output("out", 0, event.key(), event.value());
            if (output != null) {
                outputs.put(output.topic() + "@" + output.offset(), output);
            }
        }
        return outputs;
    }

    private static Map<String, Fate> fates(Map<String, OutputRecord> outputs) {
        Map<String, Fate> fates = new TreeMap<>();
        outputs.forEach((place, output) -> fates.put(place, output.fate()));
        return fates;
    }
}
