package io.lightflow.lab.options;

import io.lightflow.time.Durations;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Durations in options, such as {@code 90s}. A number without a unit has the unit of the option's name. */
public final class DurationOptions {
    private DurationOptions() {}

    /** Whole seconds. */
    public static final class Seconds implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            return whole(value, Duration.ofSeconds(1), "seconds");
        }
    }

    /** Whole minutes. */
    public static final class Minutes implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            return whole(value, Duration.ofMinutes(1), "minutes");
        }
    }

    /** Milliseconds; a number without a unit may have decimals. */
    public static final class Millis implements ITypeConverter<Double> {
        @Override
        public Double convert(String value) {
            return value.matches("\\d{1,9}(\\.\\d{1,9})?")
                    ? Double.parseDouble(value)
                    : (double) parse(value).toMillis();
        }
    }

    private static int whole(String value, Duration unit, String name) {
        if (value.matches("-?\\d{1,9}")) {
            return Integer.parseInt(value);
        }
        Duration duration = parse(value);
        long units = duration.dividedBy(unit);
        if (units > Integer.MAX_VALUE || !duration.equals(unit.multipliedBy(units))) {
            throw new TypeConversionException("expected whole " + name + ", found " + value);
        }
        return (int) units;
    }

    private static Duration parse(String value) {
        try {
            return Durations.parse(value);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
