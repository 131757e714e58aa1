package io.lightflow.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Period;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
    @Test
    void aDurationIsANumberAndItsUnit() {
        assertThat(Durations.parse("250ms")).isEqualTo(Duration.ofMillis(250));
        assertThat(Durations.parse("15s")).isEqualTo(Duration.ofSeconds(15));
        assertThat(Durations.parse("5m")).isEqualTo(Duration.ofMinutes(5));
        assertThat(Durations.parse(" 6h ")).isEqualTo(Duration.ofHours(6));
        assertThat(Durations.parse("14d")).isEqualTo(Duration.ofDays(14));
    }

    @Test
    void aPeriodIsANumberAndItsUnit() {
        assertThat(Durations.parsePeriod("14d")).isEqualTo(Period.ofDays(14));
        assertThat(Durations.parsePeriod("13mo")).isEqualTo(Period.ofMonths(13));
        assertThat(Durations.parsePeriod("10y")).isEqualTo(Period.ofYears(10));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "15", "PT15S", "1.5h", "-1s", "13mo", "1w", "1h30m", "999999999999d"})
    void anythingElseIsNoDuration(String string) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Durations.parse(string))
                .withMessageContaining(string);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "14", "P14D", "6h", "5m", "-1d", "100000d"})
    void anythingElseIsNoPeriod(String string) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Durations.parsePeriod(string))
                .withMessageContaining(string);
    }

    @ParameterizedTest
    @ValueSource(strings = {"250ms", "1500ms", "0s", "15s", "90s", "5m", "90m", "6h", "36h", "14d"})
    void whatIsFormattedParsesAgain(String string) {
        assertThat(Durations.format(Durations.parse(string))).isEqualTo(string);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0d", "14d", "13mo", "10y"})
    void whatIsFormattedAsAPeriodParsesAgain(String string) {
        assertThat(Durations.format(Durations.parsePeriod(string))).isEqualTo(string);
    }
}
