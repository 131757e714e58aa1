package io.lightflow.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Dimension;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tables and key tables fit the list of dimensions. */
class StatisticsTableTest {
    @Test
    void everyDimensionHasAColumnInAKeyTable() {
        EnumSet<Dimension> stored = EnumSet.noneOf(Dimension.class);
        for (KeyTable keyTable : KeyTable.values()) {
            stored.addAll(keyTable.dimensions());
        }

        assertThat(stored).containsExactlyElementsOf(Dimension.all());
    }

    @Test
    void keyTablesOfACubeShareNoDimension() {
        for (StatisticsCube cube : StatisticsCube.values()) {
            List<Dimension> dimensions = new ArrayList<>();
            cube.keyTables().forEach(keyTable -> dimensions.addAll(keyTable.dimensions()));

            assertThat(dimensions).as(cube.name()).doesNotHaveDuplicates();
            assertThat(cube.keyTables().get(0)).isEqualTo(KeyTable.AD);
        }
    }

    @Test
    void aCubeWithoutATableOfALengthIsAnsweredByOneWithAllItsDimensions() {
        assertThat(StatisticsTable.answering(StatisticsCube.CREATIVES, Statistics.MINUTE_MS))
                .contains(StatisticsTable.CREATIVE_MINUTE);
        assertThat(StatisticsTable.answering(StatisticsCube.CREATIVES, Statistics.HOUR_MS))
                .contains(StatisticsTable.HOUR);
        assertThat(StatisticsTable.answering(StatisticsCube.GEO, Statistics.DAY_MS))
                .contains(StatisticsTable.GEO_DAY);
        assertThat(StatisticsTable.answering(StatisticsCube.GEO, 10 * Statistics.MINUTE_MS))
                .isEmpty();
    }

    @Test
    void aCubeAddsUpTheRowsThatItCannotTellApart() {
        StatisticsKey key = StatisticsKey.of(Statistics.MINUTE_MS)
                .with(Dimension.CAMPAIGN, "c")
                .with(Dimension.COUNTRY, "DE");
        Statistics statistics = new Statistics();
        statistics.minute(key.with(Dimension.DEVICE, "phone")).clicks = 1;
        statistics.minute(key.with(Dimension.DEVICE, "tablet").at(0)).clicks = 2;

        Map<StatisticsKey, Counts> rows = StatisticsCube.GEO.rolledUp(statistics, Statistics.HOUR_MS);

        assertThat(rows).containsOnlyKeys(key.at(0));
        assertThat(rows.get(key.at(0)).clicks).isEqualTo(3);
        assertThat(StatisticsCube.PLACES.rolledUp(statistics, Statistics.HOUR_MS))
                .hasSize(2);
    }

    @Test
    void valuesComeInTheOrderOfTheColumns() {
        StatisticsKey key = StatisticsKey.of(0);
        for (Dimension dimension : Dimension.all()) {
            key = key.with(dimension, dimension.column());
        }
        for (KeyTable keyTable : KeyTable.values()) {
            assertThat(keyTable.values(key)).isEqualTo(keyTable.valueColumns());
        }
        assertThat(Arrays.stream(StatisticsTable.values()).map(StatisticsTable::tableName))
                .doesNotHaveDuplicates();
    }
}
