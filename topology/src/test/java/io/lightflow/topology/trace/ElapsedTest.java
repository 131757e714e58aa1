package io.lightflow.topology.trace;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ElapsedTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0ms",
        "-7, 7ms",
        "2000, 2s",
        "2345, 2.345s",
        "60000, 1m",
        "192000, 3m 12s",
        "3600000, 1h",
        "5400000, 1h 30m",
        "86400000, 1d",
        "183600000, 2d 3h"
    })
    void aSpanHasTwoUnitsAtMost(long ms, String text) {
        assertThat(Elapsed.of(ms)).isEqualTo(text);
    }
}
