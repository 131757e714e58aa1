package io.lightflow.topology.postgres;

import static io.lightflow.topology.postgres.StatisticsSamples.MORNING;
import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.database.KeyTable;
import io.lightflow.database.StatisticsTable;
import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Statistics;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class KnownRowsTest {
    @Test
    void aFewRowsOfLaterMinutesLeaveTheOtherRowsNew() {
        KnownRows known = new KnownRows(minute(0));
        known.wrote(rows(row(1, 7), row(1, 8), row(30, 7)));

        StatisticsRows next = rows(row(1, 8), row(1, 9), row(2, 7), row(30, 6), row(30, 7), row(30, 8));

        assertThat(newRows(known, next)).containsExactly("1:9", "2:7", "30:6", "30:8");
    }

    @Test
    void rowsOfMinutesThatAnybodyMayHaveWrittenAreNotNew() {
        KnownRows known = new KnownRows(minute(5));

        assertThat(newRows(known, rows(row(5, 1), row(6, 1), row(7, 1)))).containsExactly("6:1", "7:1");
        known.wroteElsewhere(minute(6));
        assertThat(newRows(known, rows(row(5, 1), row(6, 1), row(7, 1)))).containsExactly("7:1");
        known.wroteElsewhere(minute(2));
        assertThat(newRows(known, rows(row(5, 1), row(6, 1), row(7, 1)))).containsExactly("7:1");
    }

    @Test
    void withTooManyRowsTheOldestMinutesAreForgotten() {
        int tablesOfMinutes = 3;
        KnownRows known = new KnownRows(Long.MIN_VALUE, 2 * tablesOfMinutes);
        known.wrote(rows(row(1, 1), row(2, 1)));
        assertThat(newRows(known, rows(row(1, 2), row(2, 2)))).containsExactly("1:2", "2:2");
        known.wrote(rows(row(3, 1)));

        assertThat(newRows(known, rows(row(1, 3), row(2, 1), row(2, 3), row(3, 1), row(3, 3))))
                .containsExactly("2:3", "3:3");
    }

    @RepeatedTest(20)
    void whatWasWrittenIsNeverNewAndTheRestAlwaysIs() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        KnownRows known = new KnownRows(minute(3));
        Set<String> written = new HashSet<>();
        for (int commit = 0; commit < 20; commit++) {
            Set<Row> chosen = new HashSet<>();
            for (int i = 0; i < 40; i++) {
                chosen.add(row(random.nextInt(12), random.nextInt(1, 30)));
            }
            StatisticsRows rows = rows(chosen.toArray(Row[]::new));
            List<String> expected = chosen.stream()
                    .filter(row -> row.minute() > 3)
                    .map(row -> row.minute() + ":" + row.ad())
                    .filter(row -> !written.contains(row))
                    .toList();

            assertThat(newRows(known, rows)).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(expected);
            known.wrote(rows);
            written.addAll(expected);
        }
    }

    private static long minute(int number) {
        return MORNING + number * Statistics.MINUTE_MS;
    }

    /** The row of an ad in a minute. */
    private record Row(int minute, int ad) {}

    private static Row row(int minute, int ad) {
        return new Row(minute, ad);
    }

    /** Rows of minutes and ads; their other numbers follow from the ad. */
    private static StatisticsRows rows(Row... rows) {
        long[] times = new long[rows.length];
        int[] combinations = new int[rows.length];
        Counts[] counts = new Counts[rows.length];
        int[][] numbers = new int[rows.length][KeyTable.values().length];
        for (int i = 0; i < rows.length; i++) {
            times[i] = minute(rows[i].minute());
            combinations[i] = i;
            counts[i] = new Counts();
            numbers[i][KeyTable.AD.ordinal()] = rows[i].ad();
        }
        return new StatisticsRows(new NumberedRows(times, combinations, counts, numbers));
    }

    private static List<String> newRows(KnownRows known, StatisticsRows rows) {
        StatisticsRows.Table minutes = rows.of(StatisticsTable.MINUTE);
        List<String> found = new ArrayList<>();
        known.newRows(StatisticsTable.MINUTE, minutes).stream()
                .forEach(row -> found.add(
                        (minutes.times()[row] - MORNING) / Statistics.MINUTE_MS + ":" + minutes.numbers(row)[0]));
        return found;
    }
}
