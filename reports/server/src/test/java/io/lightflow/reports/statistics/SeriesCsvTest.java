package io.lightflow.reports.statistics;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.statistics.Dimension;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class SeriesCsvTest {
    @Test
    void noCellIsAFormula() {
        assertThat(creativeCell("=1+1")).isEqualTo("'=1+1");
        assertThat(creativeCell("+1")).isEqualTo("'+1");
        assertThat(creativeCell("-1")).isEqualTo("'-1");
        assertThat(creativeCell("@SUM(A1)")).isEqualTo("'@SUM(A1)");
        assertThat(creativeCell("\t=1")).isEqualTo("'\t=1");
        assertThat(creativeCell("\r=1")).isEqualTo("\"'\r=1\"");
    }

    @Test
    void otherCellsStayAsTheyAre() {
        assertThat(creativeCell("banner-7")).isEqualTo("banner-7");
        assertThat(creativeCell("")).isEmpty();
        assertThat(creativeCell("'=1")).isEqualTo("'=1");
    }

    /** The second cell of the only row. */
    private static String creativeCell(String creative) {
        SeriesRow row = new SeriesRow(
                Instant.parse("2026-01-01T00:00:00Z"),
                List.of(creative),
                "EUR",
                1,
                0,
                0,
                0,
                0,
                0,
                BigInteger.valueOf(-5),
                BigInteger.ZERO,
                1);
        String text = new String(
                SeriesCsv.ofSeries(SeriesColumn.of(List.of(Dimension.CREATIVE)), List.of(row)), StandardCharsets.UTF_8);
        String line = text.substring(text.indexOf('\n') + 1);
        // A number keeps its sign: only strings come from outside.
        assertThat(line).contains(",-5,");
        String rest = line.substring("2026-01-01T00:00:00Z,".length());
        return rest.substring(0, rest.indexOf(",EUR,"));
    }
}
