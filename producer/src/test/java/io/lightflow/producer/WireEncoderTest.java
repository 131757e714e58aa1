package io.lightflow.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.event.BodyEncoder;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.Impression;
import io.lightflow.event.Tag;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.api.Test;

class WireEncoderTest {
    private final WireEncoder encoder = new WireEncoder();
    private final BodyEncoder reference = new BodyEncoder();

    @Test
    void randomEventsAreEncodedAsAvroEncodesThem() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            SpecificRecordBase event =
                    switch (i % 4) {
                        case 0 -> new Impression();
                        case 1 -> new Click();
                        case 2 -> new Conversion();
                        default -> new Tag();
                    };
            for (Schema.Field field : event.getSchema().getFields()) {
                event.put(field.pos(), value(field, random));
            }
            assertThat(encoder.encode(event, i))
                    .as("seed %d, event %s", seed, event)
                    .isEqualTo(reference.encodeWithHeader(event, i));
        }
    }

    private static Object value(Schema.Field field, Random random) {
        return switch (field.schema().getType()) {
            case STRING -> text(random);
            case LONG -> random.nextLong() >> random.nextInt(64);
            case BOOLEAN -> random.nextBoolean();
            case UNION -> random.nextBoolean() ? null : text(random);
            default -> SpecificData.get().getDefaultValue(field);
        };
    }

    private static String text(Random random) {
        int[] limits = {0x80, 0x100, 0xd800};
        int limit = limits[random.nextInt(limits.length)];
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(random.nextInt(50) == 0 ? 5_000 : 60); i > 0; i--) {
            text.append((char) random.nextInt(limit));
        }
        return random.nextInt(20) == 0 ? text.append("\uD83D\uDE00").toString() : text.toString();
    }

    @Test
    void anUnpairedSurrogateIsRejected() {
        for (String text : new String[] {"\uD83D", "a\uDE00", "\uDE00\uD83D", "é\uD83D\uD83D\uDE00"}) {
            Tag tag = Tag.newBuilder()
                    .setId("id")
                    .setTime(1L)
                    .setAdvertiserId("advertiser")
                    .setName(text)
                    .build();
            assertThatThrownBy(() -> encoder.encode(tag, 1)).isInstanceOf(UnpairedSurrogateException.class);
        }
    }

    @Test
    void aBorrowedEncoderIsNotLentToAnotherThread() {
        WireEncoderPool encoders = new WireEncoderPool();
        WireEncoder first = encoders.borrow();
        WireEncoder second = encoders.borrow();
        assertThat(second).isNotSameAs(first);
        encoders.release(first);
        assertThat(encoders.borrow()).isSameAs(first);
    }
}
