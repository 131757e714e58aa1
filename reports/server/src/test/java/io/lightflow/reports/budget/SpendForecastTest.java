package io.lightflow.reports.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lightflow.reports.budget.CampaignBudget.Money;
import io.lightflow.reports.budget.SpendForecast.Day;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The forecast of a day follows the usual hours, and the pace of the last ones. */
class SpendForecastTest {
    private static final ZoneId ZONE = ZoneId.of("Europe/Berlin");
    private static final Instant START = Instant.parse("2026-06-08T22:00:00Z");
    private static final Day DAY = new Day(START, START.plus(Duration.ofDays(1)), ZONE);

    private final Map<Instant, Long> spend = new HashMap<>();

    /** Spends in every hour from a time on; twice as much from noon to six in the evening, by the clock of the zone. */
    private void spend(Instant from, int hours, long micros) {
        for (int i = 0; i < hours; i++) {
            Instant hour = from.plus(Duration.ofHours(i));
            int clock = hour.atZone(ZONE).getHour();
            spend.put(hour, clock >= 12 && clock < 18 ? 2 * micros : micros);
        }
    }

    @Test
    void aUsualDayEndsAsTheDaysBefore() {
        spend(START.minus(Duration.ofDays(3)), 3 * 24, 100);
        spend(START, 10, 100);
        assertThat(SpendForecast.of(DAY, 1_000, START.plus(Duration.ofHours(10)), spend))
                .isEqualTo(new SpendForecast(1_000, 3_000, 1, 3));
    }

    @Test
    void theLastHoursSetThePaceWithinBounds() {
        spend(START.minus(Duration.ofDays(1)), 24, 100);
        spend(START, 7, 100);
        spend(START.plus(Duration.ofHours(7)), 3, 150);
        SpendForecast faster = SpendForecast.of(DAY, 1_150, START.plus(Duration.ofHours(10)), spend);
        assertThat(faster.pace()).isEqualTo(1.5);
        assertThat(faster.forecastMicros()).isEqualTo(1_150 + 3_000);
        spend(START.plus(Duration.ofHours(7)), 3, 100_000);
        assertThat(SpendForecast.of(DAY, 300_700, START.plus(Duration.ofHours(10)), spend)
                        .pace())
                .isEqualTo(5);
        spend(START.plus(Duration.ofHours(7)), 3, 0);
        assertThat(SpendForecast.of(DAY, 700, START.plus(Duration.ofHours(10)), spend)
                        .forecastMicros())
                .isEqualTo(700 + 400);
    }

    @Test
    void anHourThatIsNotOverCountsInPart() {
        spend(START.minus(Duration.ofDays(1)), 24, 100);
        spend(START, 10, 100);
        spend.put(START.plus(Duration.ofHours(10)), 25L);
        SpendForecast forecast = SpendForecast.of(DAY, 1_025, START.plus(Duration.ofMinutes(615)), spend);
        assertThat(forecast.pace()).isCloseTo(1, within(0.01));
        assertThat(forecast.forecastMicros()).isBetween(2_990L, 3_010L);
    }

    @Test
    void withoutDaysBeforeTheDayIsContinuedEvenly() {
        spend(START, 6, 100);
        assertThat(SpendForecast.of(DAY, 600, START.plus(Duration.ofHours(6)), spend))
                .isEqualTo(new SpendForecast(600, 2_400, 1, 0));
        assertThat(SpendForecast.of(DAY, 0, START, Map.of())).isEqualTo(new SpendForecast(0, 0, 1, 0));
    }

    @Test
    void aDayOf25HoursHasItsOwnEnd() {
        Instant start = Instant.parse("2026-10-24T22:00:00Z");
        spend(start.minus(Duration.ofDays(1)), 24, 100);
        Day day = new Day(start, Instant.parse("2026-10-25T23:00:00Z"), ZONE);
        assertThat(SpendForecast.of(day, 0, start, spend).forecastMicros()).isEqualTo(3_100);
    }

    private static CampaignBudget budget(String decision, Long totalRemaining, Long daily) {
        return new CampaignBudget(
                "c",
                "a",
                "n",
                "active",
                decision,
                null,
                null,
                "EUR",
                new Money(null, 100, totalRemaining),
                new CampaignBudget.Day(daily, 100, null, "UTC", START, DAY.end()),
                null,
                false,
                null,
                null,
                null);
    }

    @Test
    void budgetsAndTheStateOfTheCampaignHoldTheForecastBack() {
        SpendForecast forecast = new SpendForecast(100, 1_000, 1, 7);
        assertThat(ForecastReader.limited(forecast, budget("go", null, null))).isEqualTo(1_000);
        assertThat(ForecastReader.limited(forecast, budget("go", 300L, null))).isEqualTo(400);
        assertThat(ForecastReader.limited(forecast, budget("go", 300L, 250L))).isEqualTo(250);
        assertThat(ForecastReader.limited(forecast, budget("exhausted", -5L, null)))
                .isEqualTo(100);
        assertThat(ForecastReader.limited(forecast, budget("paused", null, null)))
                .isEqualTo(100);
    }
}
