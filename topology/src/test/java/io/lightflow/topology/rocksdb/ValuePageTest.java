package io.lightflow.topology.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ValuePageTest {
    private static final long SEED = Long.getLong("lightflow.seed", 3);

    private final ValuePage page = new ValuePage();

    @Test
    void everyValueIsFoundAtItsPlace() {
        System.out.println("seed " + SEED);
        Random random = new Random(SEED);
        List<byte[]> values = new ArrayList<>();
        List<byte[]> places = new ArrayList<>();
        byte[] next = value(random, 0);
        while (page.hasRoomFor(next)) {
            values.add(next);
            places.add(page.add(1L << 40, next));
            next = value(random, random.nextInt(700));
        }

        assertThat(values).hasSizeGreaterThan(5);
        assertThat(page.length()).isLessThanOrEqualTo(ValuePage.MOST_BYTES);
        for (int i = 0; i < values.size(); i++) {
            assertThat(ValuePage.keyOf(places.get(i))).isEqualTo(ValuePage.key(1L << 40));
            assertThat(ValuePage.value(places.get(i), page.bytes(), page.length()))
                    .isEqualTo(values.get(i));
        }
    }

    @Test
    void aLongValueHasAPageOfItsOwn() {
        byte[] value = value(new Random(SEED), 3 * ValuePage.MOST_BYTES);

        assertThat(page.hasRoomFor(value)).isTrue();
        byte[] place = page.add(7, value);
        assertThat(page.hasRoomFor(new byte[0])).isFalse();
        assertThat(ValuePage.value(place, page.bytes(), page.length())).isEqualTo(value);
    }

    @Test
    void aPageThatIsCutOffIsAnErrorThatTellsWhere() {
        page.add(7, new byte[300]);
        byte[] place = page.add(7, new byte[400]);

        assertThatThrownBy(() -> ValuePage.value(place, page.bytes(), page.length() - 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("302")
                .hasMessageContaining("703");
        assertThatThrownBy(() -> ValuePage.value(place, page.bytes(), 302))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("302");
    }

    private static byte[] value(Random random, int length) {
        byte[] value = new byte[length];
        random.nextBytes(value);
        return value;
    }
}
