package io.lightflow.topology.rejected;

import io.lightflow.topology.operator.SettingsOption;
import io.lightflow.topology.settings.GroupSettings;
import java.time.DateTimeException;
import java.time.Instant;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which rejected records a command is about. Without options, all of them. */
final class RejectedSelection {
    @Mixin
    private SettingsOption settingsOption;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Only records whose reason contains this text.")
    private String reason;

    @Option(
            names = "--from",
            paramLabel = "TIME",
            converter = TimeOption.class,
            description = "Only records that were rejected at this time or later, such as 2026-01-18T20:00:00Z.")
    private Instant from;

    @Option(
            names = "--to",
            paramLabel = "TIME",
            converter = TimeOption.class,
            description = "Only records that were rejected before this time.")
    private Instant to;

    @Option(names = "--schema-id", paramLabel = "ID", description = "Only records with this schema id.")
    private Integer schemaId;

    static final class TimeOption implements ITypeConverter<Instant> {
        @Override
        public Instant convert(String value) {
            try {
                return Instant.parse(value);
            } catch (DateTimeException e) {
                throw new TypeConversionException("expected a time such as 2026-01-18T20:00:00Z, found " + value);
            }
        }
    }

    GroupSettings settings() {
        return settingsOption.read();
    }

    /** Begin of the selected time, ms since the Unix epoch. */
    long fromMs() {
        return from == null ? 0 : from.toEpochMilli();
    }

    boolean contains(RejectedRecord record) {
        return record.rejectedMs() >= fromMs()
                && (to == null || record.rejectedMs() < to.toEpochMilli())
                && (reason == null || record.event().getReason().contains(reason))
                && (schemaId == null || record.schemaId().stream().anyMatch(schemaId::equals));
    }
}
