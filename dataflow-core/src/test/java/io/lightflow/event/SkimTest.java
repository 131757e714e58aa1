package io.lightflow.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

final class SkimTest {
    private final Skim skim = new Skim(
            JoinedImpression.getClassSchema(),
            Texts.shared(),
            "impression.derived",
            "impression.id",
            "provenance.late",
            "impression.priceMicros",
            "provenance.origin.offset");
    private final BodyReader<SpecificRecord> whole = new BodyReader<>(JoinedImpression.getClassSchema());
    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    @Test
    void itReadsWhatTheWholeRecordHas() throws IOException {
        for (int i = 0; i < 1_000; i++) {
            JoinedImpression record = impression();
            ArrayDecoder decoder = new ArrayDecoder().over(new BodyEncoder().encode(record), 0);

            skim.read(decoder);

            assertThat(decoder.isEnd()).isTrue();
            assertThat(skim.flag(0)).isEqualTo(record.getImpression().getDerived());
            assertThat(skim.text(1))
                    .as("seed %d", seed)
                    .isEqualTo(record.getImpression().getId());
            assertThat(skim.flag(2)).isEqualTo(record.getProvenance().getLate());
            assertThat(skim.number(3)).isEqualTo(record.getImpression().getPriceMicros());
            assertThat(skim.number(4))
                    .isEqualTo(record.getProvenance().getOrigin().getOffset());
        }
    }

    @Test
    void itRefusesTheBodiesThatTheWholeRecordsReaderRefuses() {
        int refused = 0;
        for (int i = 0; i < 5_000; i++) {
            byte[] body = new BodyEncoder().encode(impression());
            if (random.nextBoolean()) {
                body = Arrays.copyOf(body, random.nextInt(body.length));
            } else {
                body[random.nextInt(body.length)] = (byte) random.nextInt();
            }
            boolean skimmed = isRead(skim::read, body);
            assertThat(skimmed).as("seed %d, body %d", seed, i).isEqualTo(isRead(whole::read, body));
            refused += skimmed ? 0 : 1;
        }
        assertThat(refused).as("seed %d", seed).isGreaterThan(1_000);
    }

    @Test
    void equalTextsAreOneString() {
        Texts texts = Texts.shared();
        byte[] bytes = "xyz xyz".getBytes(java.nio.charset.StandardCharsets.UTF_8);

        assertThat(texts.text(bytes, 0, 3)).isEqualTo("xyz").isSameAs(texts.text(bytes, 4, 3));
        assertThat(texts.text(bytes, 1, 2)).isEqualTo("yz");
    }

    @Test
    void aFieldThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> new Skim(Tag.getClassSchema(), Texts.FRESH, "id", "price"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("price")
                .hasMessageContaining("Tag");
    }

    private JoinedImpression impression() {
        Provenance provenance = new Provenance(
                new EventOrigin(text(), random.nextInt(), random.nextInt(), random.nextLong()),
                random.nextLong(),
                random.nextLong(),
                random.nextLong(),
                random.nextBoolean(),
                random.nextBoolean());
        Impression impression = new Impression(
                text(),
                random.nextLong(),
                text(),
                text(),
                text(),
                random.nextLong(),
                text(),
                text(),
                text(),
                text(),
                text(),
                text(),
                text(),
                text(),
                text(),
                text(),
                random.nextBoolean());
        return new JoinedImpression(provenance, impression);
    }

    private String text() {
        return random.ints(random.nextInt(30), 'a', 'é')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private interface Reading {
        void read(ArrayDecoder decoder) throws IOException;
    }

    private static boolean isRead(Reading reading, byte[] body) {
        ArrayDecoder decoder = new ArrayDecoder().over(body, 0);
        try {
            reading.read(decoder);
            return decoder.isEnd();
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }
}
