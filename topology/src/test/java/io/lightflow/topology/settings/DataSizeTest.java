package io.lightflow.topology.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DataSizeTest {
    @ParameterizedTest
    @CsvSource({"64MB, 67108864", "1kB, 1024", "3GB, 3221225472", "0kB, 0"})
    void aSizeIsANumberWithAUnit(String string, long bytes) {
        assertThat(DataSize.parse(string).bytes()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"64", "64mb", "MB", "-1MB", "1.5MB", "64 MB", "1234567890MB"})
    void anythingElseIsRejectedWithAnExample(String string) {
        assertThatThrownBy(() -> DataSize.parse(string))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("such as 64MB; found " + string);
    }

    @Test
    void aWrittenSizeIsReadBack() {
        for (String string : new String[] {"64MB", "1023kB", "3GB", "1025MB"}) {
            assertThat(DataSize.parse(string)).hasToString(string);
        }
    }
}
