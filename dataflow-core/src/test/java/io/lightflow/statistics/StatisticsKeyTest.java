package io.lightflow.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.util.EnumSet;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The key of a row depends on its time and on every dimension. */
class StatisticsKeyTest {
    private static final StatisticsKey KEY =
            StatisticsKey.of(60_000).with(Dimension.CAMPAIGN, "c").with(Dimension.COUNTRY, "DE");

    @Test
    void keysAreEqualIfTimeAndAllValuesAre() {
        StatisticsKey same = StatisticsKey.of(0)
                .with(Dimension.COUNTRY, new String("DE"))
                .with(Dimension.CAMPAIGN, "c")
                .at(60_000);

        assertThat(same).isEqualTo(KEY).hasSameHashCodeAs(KEY).isEqualByComparingTo(KEY);
        assertThat(KEY.at(0)).isNotEqualTo(KEY);
        for (Dimension dimension : Dimension.all()) {
            assertThat(KEY.with(dimension, "other")).as(dimension.column()).isNotEqualTo(KEY);
        }
    }

    @Test
    void keysSortByTimeThenByTheDimensionsInTheirOrder() {
        StatisticsKey later = KEY.at(120_000);
        StatisticsKey otherCountry = KEY.with(Dimension.COUNTRY, "FR");
        StatisticsKey otherCampaign = KEY.with(Dimension.CAMPAIGN, "d").with(Dimension.COUNTRY, "AT");

        assertThat(new TreeSet<>(List.of(later, otherCampaign, otherCountry, KEY)))
                .containsExactly(KEY, otherCountry, otherCampaign, later);
    }

    @Test
    void onlyTheGivenDimensionsAreKept() {
        assertThat(KEY.only(EnumSet.of(Dimension.COUNTRY, Dimension.DEVICE)))
                .isEqualTo(StatisticsKey.of(60_000).with(Dimension.COUNTRY, "DE"));
        assertThat(KEY.map(value -> value + "!").get(Dimension.REGION)).isEqualTo("!");
    }

    @Test
    void aKeyHasAValueForEachDimension() {
        assertThatIllegalArgumentException().isThrownBy(() -> StatisticsKey.ofOrdinals(0, new String[] {"c"}));
        assertThatNullPointerException().isThrownBy(() -> KEY.with(Dimension.REGION, null));
    }
}
