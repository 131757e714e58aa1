package io.lightflow.lab.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.lab.reconcile.AlteredEvent.Finding;
import io.lightflow.lab.reconcile.GeneratedHour.Alteration;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One altered event among many is named; {@code lab/alter-event} does so with ten million. */
class AlteredEventTest {
    private static final long EVENTS = 20_000;
    private static final long ALTERED = 1_234;

    @ParameterizedTest
    @EnumSource(
            value = Alteration.class,
            names = {"AMOUNT", "JOINED_ROW"})
    void oneAlteredEventAmongManyIsNamed(Alteration alteration, @TempDir Path folder) throws Exception {
        Finding finding = new AlteredEvent(folder, 256, 2).find(alteration, EVENTS, ALTERED);

        assertThat(finding.result().named().map(Object::toString))
                .hasSizeBetween(1, 7)
                .anyMatch(difference -> difference.contains(finding.expected()));
    }
}
