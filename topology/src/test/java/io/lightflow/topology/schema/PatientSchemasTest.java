package io.lightflow.topology.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.event.Tag;
import io.lightflow.event.WriterSchemas.SchemasUnavailableException;
import io.lightflow.topology.ManualClock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

class PatientSchemasTest {
    private static final Duration GRACE = Duration.ofMinutes(1);

    private final ManualClock clock = new ManualClock();
    private final Map<Integer, Schema> registry = new HashMap<>(Map.of(1, Tag.getClassSchema()));
    private final PatientSchemas schemas = new PatientSchemas(registry::get, GRACE, clock);

    private void assertWaits(int id) {
        assertThatThrownBy(() -> schemas.byId(id))
                .isInstanceOf(SchemasUnavailableException.class)
                .hasMessageContaining("schema " + id + " is not registered");
    }

    @Test
    void aSchemaThatIsRegisteredWithinTheGraceIsFound() {
        for (int second = 0; second < 50; second++) {
            assertWaits(2);
            clock.advance(Duration.ofSeconds(1));
        }
        registry.put(2, Tag.getClassSchema());

        assertThat(schemas.byId(2)).isEqualTo(Tag.getClassSchema());
        assertThat(schemas.byId(1)).isEqualTo(Tag.getClassSchema());
        assertWaits(3);
    }

    @Test
    void afterTheGraceTheIdAndAllOtherUnknownOnesAreRejectedForAWhile() {
        assertWaits(2);
        clock.advance(Duration.ofSeconds(20));
        assertWaits(2);
        clock.advance(Duration.ofSeconds(20));
        assertWaits(4);
        clock.advance(Duration.ofSeconds(20));

        assertThat(schemas.byId(2)).isNull();
        assertThat(schemas.byId(5)).isNull();
        clock.advance(GRACE.multipliedBy(10).minusMillis(1));
        assertThat(schemas.byId(6)).isNull();
        clock.advance(Duration.ofMillis(1));
        assertWaits(7);
    }

    @Test
    void aStreamOfRandomIdsStopsTheReaderForATenthOfTheTimeAtMost() {
        Random random = new Random(1);
        int waited = 0;
        int seconds = 24 * 3_600;
        for (int second = 0; second < seconds; second++) {
            try {
                schemas.byId(2 + random.nextInt(1_000_000));
            } catch (SchemasUnavailableException e) {
                waited++;
            }
            clock.advance(Duration.ofSeconds(1));
        }
        assertThat(waited).isBetween(1, seconds / 10);
    }

    @Test
    void aGraceThatNobodyAskedAboutForLongBeginsAgain() {
        assertWaits(2);
        clock.advance(Duration.ofHours(5));
        assertWaits(3);
        clock.advance(Duration.ofSeconds(1));
        assertWaits(3);
    }

    @Test
    void anIdThatNoRegistryGivesIsRejectedAtOnce() {
        assertThat(schemas.byId(0)).isNull();
        assertThat(schemas.byId(-7)).isNull();
    }
}
