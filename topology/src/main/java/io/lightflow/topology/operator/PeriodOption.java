package io.lightflow.topology.operator;

import io.lightflow.time.Durations;
import java.time.Period;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Periods in options, such as {@code 13mo}. */
final class PeriodOption implements ITypeConverter<Period> {
    @Override
    public Period convert(String value) {
        try {
            return Durations.parsePeriod(value);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
