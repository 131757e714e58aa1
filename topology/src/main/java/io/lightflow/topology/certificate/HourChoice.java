package io.lightflow.topology.certificate;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options that choose the hours of a command. One of them is given. */
public final class HourChoice {
    @Option(
            names = "--hour",
            converter = HourConverter.class,
            description = "The hour that begins at this time, such as 2026-01-01T13.")
    private Instant hour;

    @Option(names = "--last", description = "The newest closed hour.")
    private boolean last;

    @Option(
            names = "--follow",
            description = "The newest closed hour, and each one after it as soon as it is closed, until stopped.")
    private boolean follow;

    /** The beginning of the chosen hour; null unless {@code --hour} is given. */
    public Instant hour() {
        return hour;
    }

    /** Whether {@code --follow} is given. */
    public boolean isFollow() {
        return follow;
    }

    /** Takes an hour's beginning, UTC. */
    static final class HourConverter implements ITypeConverter<Instant> {
        private static final Pattern HOUR = Pattern.compile("(\\d{4}-\\d{2}-\\d{2}T\\d{2})(:00(:00)?)?Z?");

        @Override
        public Instant convert(String value) {
            var matcher = HOUR.matcher(value);
            try {
                if (matcher.matches()) {
                    return LocalDateTime.parse(matcher.group(1) + ":00").toInstant(ZoneOffset.UTC);
                }
            } catch (DateTimeException e) {
                throw new TypeConversionException(expected(value) + ": " + e.getMessage());
            }
            throw new TypeConversionException(expected(value));
        }

        private static String expected(String value) {
            return "expected the beginning of an hour in UTC, such as 2026-01-01T13, found " + value;
        }
    }
}
