package io.lightflow.lab.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import picocli.CommandLine.TypeConversionException;

class DurationOptionsTest {
    private final DurationOptions.Seconds seconds = new DurationOptions.Seconds();
    private final DurationOptions.Minutes minutes = new DurationOptions.Minutes();
    private final DurationOptions.Millis millis = new DurationOptions.Millis();

    @Test
    void aDurationIsConvertedToTheUnitOfTheOption() {
        assertThat(seconds.convert("2m")).isEqualTo(120);
        assertThat(minutes.convert("1h")).isEqualTo(60);
        assertThat(millis.convert("2s")).isEqualTo(2_000);
    }

    @Test
    void aNumberHasTheUnitOfTheOption() {
        assertThat(seconds.convert("20")).isEqualTo(20);
        assertThat(minutes.convert("-1")).isEqualTo(-1);
        assertThat(millis.convert("2.5")).isEqualTo(2.5);
    }

    @Test
    void fractionsOfTheUnitAndOtherNotationsAreRejected() {
        assertThatThrownBy(() -> seconds.convert("1500ms"))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("whole seconds, found 1500ms");
        assertThatThrownBy(() -> minutes.convert("90s")).hasMessageContaining("whole minutes");
        assertThatThrownBy(() -> millis.convert("PT1S")).hasMessageContaining("found PT1S");
    }
}
