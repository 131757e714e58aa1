package io.lightflow.time;

import java.time.Duration;
import java.time.Period;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The one notation of durations, in settings, options and messages: a whole number and its unit, such as {@code 15s}.
 * Periods of the calendar have units of their own: {@code 14d}, {@code 13mo}, {@code 10y}.
 */
public final class Durations {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,12})(ms|s|m|h|d)");
    private static final Pattern PERIOD = Pattern.compile("(\\d{1,5})(d|mo|y)");

    private Durations() {}

    /** @throws IllegalArgumentException if the string is no duration; the message says what one looks like */
    public static Duration parse(String string) {
        Matcher matcher = DURATION.matcher(string.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "expected a whole number with its unit, one of ms, s, m, h, d, such as 15s; found " + string);
        }
        long number = Long.parseLong(matcher.group(1));
        Duration unit =
                switch (matcher.group(2)) {
                    case "ms" -> Duration.ofMillis(1);
                    case "s" -> Duration.ofSeconds(1);
                    case "m" -> Duration.ofMinutes(1);
                    case "h" -> Duration.ofHours(1);
                    default -> Duration.ofDays(1);
                };
        if (number > Long.MAX_VALUE / unit.toMillis()) {
            throw new IllegalArgumentException("expected a duration below 292,000,000 years, found " + string);
        }
        return unit.multipliedBy(number);
    }

    /** @throws IllegalArgumentException if the string is no period; the message says what one looks like */
    public static Period parsePeriod(String string) {
        Matcher matcher = PERIOD.matcher(string.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "expected a whole number of at most 5 digits with its unit, one of d, mo, y, such as 14d; found "
                            + string);
        }
        int number = Integer.parseInt(matcher.group(1));
        return switch (matcher.group(2)) {
            case "d" -> Period.ofDays(number);
            case "mo" -> Period.ofMonths(number);
            default -> Period.ofYears(number);
        };
    }

    /** In the greatest unit that holds it exactly; what is below a millisecond is cut off. */
    public static String format(Duration duration) {
        long ms = duration.toMillis();
        if (ms % 1_000 != 0) {
            return ms + "ms";
        }
        long seconds = ms / 1_000;
        if (seconds % 60 != 0 || seconds == 0) {
            return seconds + "s";
        }
        long minutes = seconds / 60;
        if (minutes % 60 != 0) {
            return minutes + "m";
        }
        long hours = minutes / 60;
        return hours % 24 != 0 ? hours + "h" : hours / 24 + "d";
    }

    /** A period of one unit in that unit. */
    public static String format(Period period) {
        if (period.getDays() != 0 || period.isZero()) {
            return period.getDays() + "d";
        }
        return period.getMonths() != 0 ? period.getMonths() + "mo" : period.getYears() + "y";
    }
}
