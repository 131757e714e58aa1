package io.lightflow.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.event.Beacon;
import io.lightflow.event.BodyEncoder;
import io.lightflow.event.Click;
import io.lightflow.event.WireFormat;
import io.lightflow.registry.client.SchemaId;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

class EventTimesTest {
    private static final long TIME = 1_767_225_600_123L;

    private static byte[] value(SpecificRecord record) {
        return WireFormat.value(SchemaId.of(record.getSchema()), new BodyEncoder().encode(record));
    }

    private static byte[] click(String id) {
        return value(Click.newBuilder()
                .setId(id)
                .setTime(TIME)
                .setAdvertiserId("a")
                .setImpressionId("i")
                .build());
    }

    @Test
    void theTimeOfALightEventFollowsItsId() {
        // Lengths of one, two and three bytes.
        for (String id : new String[] {"", "c", "ü".repeat(40), "c".repeat(100), "c".repeat(10_000)}) {
            assertThat(EventTimes.of(click(id))).isEqualTo(TIME);
            assertThat(EventTimes.isBeacon(click(id))).isFalse();
        }
    }

    @Test
    void aBeaconBeginsWithItsTime() {
        byte[] beacon = value(Beacon.newBuilder().setTime(TIME).setDc("us-west").build());

        assertThat(EventTimes.isBeacon(beacon)).isTrue();
        assertThat(EventTimes.of(beacon)).isEqualTo(TIME);
    }
}
