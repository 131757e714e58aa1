package io.lightflow.reports.budget;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;

/**
 * The spend of a campaign at the end of its day: its spend so far, and for the rest of the day its usual spend by hour
 * of the day, times how the last hours compare with it.
 *
 * @param spentMicros of the day so far, up to the watermark
 * @param forecastMicros at the end of the day, without regard to budgets
 * @param pace the last hours compared with the usual ones; 1 if they are as usual
 * @param profileDays days before that the usual spend is the mean of; 0 if the day so far is continued evenly
 */
record SpendForecast(long spentMicros, long forecastMicros, double pace, int profileDays) {
    static final int MAX_PROFILE_DAYS = 7;
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration PACE_HOURS = Duration.ofHours(3);
    /** A burst or a pause of minutes is not continued for a whole day. */
    private static final double MAX_PACE = 5;

    private static final double MIN_PACE = 0.2;

    /** A day of a campaign. */
    record Day(Instant start, Instant end, ZoneId zone) {}

    /**
     * @param spent of the day so far
     * @param now up to when everything is counted, within the day
     * @param spend by the beginning of each hour, of the day and of the days before; hours without spend are missing
     */
    static SpendForecast of(Day day, long spent, Instant now, Map<Instant, Long> spend) {
        Map<Integer, Double> usual = new HashMap<>();
        int days = profile(day, spend, usual);
        if (days == 0) {
            double elapsed = seconds(day.start(), now);
            double all = elapsed <= 0 ? 0 : spent * seconds(day.start(), day.end()) / elapsed;
            return new SpendForecast(spent, Math.round(all), 1, 0);
        }
        Instant recently = latest(day.start(), now.minus(PACE_HOURS));
        double expected = expected(usual, day.zone(), recently, now);
        double pace = expected <= 0 ? 1 : Math.max(MIN_PACE, Math.min(MAX_PACE, sum(spend, recently, now) / expected));
        double rest = expected(usual, day.zone(), now, day.end());
        return new SpendForecast(spent, spent + Math.round(pace * rest), pace, days);
    }

    /** Adds up the means by hour of the day, of the days before that have spend. */
    private static int profile(Day day, Map<Instant, Long> spend, Map<Integer, Double> usual) {
        LocalDate today = LocalDate.ofInstant(day.start(), day.zone());
        int days = 0;
        for (int back = 1; back <= MAX_PROFILE_DAYS; back++) {
            Instant start = today.minusDays(back).atStartOfDay(day.zone()).toInstant();
            Instant end = today.minusDays(back - 1L).atStartOfDay(day.zone()).toInstant();
            boolean hasSpend = false;
            for (Map.Entry<Instant, Long> hour : spend.entrySet()) {
                if (!hour.getKey().isBefore(start) && hour.getKey().isBefore(end) && hour.getValue() > 0) {
                    usual.merge(hourOfDay(hour.getKey(), day.zone()), (double) hour.getValue(), Double::sum);
                    hasSpend = true;
                }
            }
            days += hasSpend ? 1 : 0;
        }
        int profileDays = days;
        usual.replaceAll((hour, sum) -> sum / profileDays);
        return days;
    }

    private static int hourOfDay(Instant time, ZoneId zone) {
        return time.atZone(zone).getHour();
    }

    /** The usual spend between two times, in which hours may be parts. */
    private static double expected(Map<Integer, Double> usual, ZoneId zone, Instant from, Instant to) {
        double sum = 0;
        for (Instant hour = floor(from); hour.isBefore(to); hour = hour.plus(HOUR)) {
            double part = seconds(latest(hour, from), earliest(hour.plus(HOUR), to)) / HOUR.toSeconds();
            sum += usual.getOrDefault(hourOfDay(hour, zone), 0.0) * part;
        }
        return sum;
    }

    /** The spend between two times; of an hour that is a part, the same part, except of the last one. */
    private static long sum(Map<Instant, Long> spend, Instant from, Instant to) {
        double sum = 0;
        for (Instant hour = floor(from); hour.isBefore(to); hour = hour.plus(HOUR)) {
            double seconds = seconds(hour, earliest(hour.plus(HOUR), to));
            double part = seconds <= 0 ? 0 : seconds(latest(hour, from), earliest(hour.plus(HOUR), to)) / seconds;
            sum += spend.getOrDefault(hour, 0L) * part;
        }
        return Math.round(sum);
    }

    private static Instant floor(Instant time) {
        return Instant.ofEpochSecond(Math.floorDiv(time.getEpochSecond(), HOUR.toSeconds()) * HOUR.toSeconds());
    }

    private static double seconds(Instant from, Instant to) {
        return Duration.between(from, to).toMillis() / 1e3;
    }

    private static Instant latest(Instant one, Instant other) {
        return one.isBefore(other) ? other : one;
    }

    private static Instant earliest(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }
}
