package io.lightflow.topology.trace;

import java.time.Duration;

/** Writes spans of time for people: two units at most. */
final class Elapsed {
    private Elapsed() {}

    static String of(long ms) {
        long absolute = Math.abs(ms);
        if (absolute < 1_000) {
            return absolute + "ms";
        }
        Duration duration = Duration.ofMillis(absolute);
        if (absolute < 60_000) {
            return duration.toSeconds() + (absolute % 1_000 == 0 ? "" : ".%03d".formatted(absolute % 1_000)) + "s";
        }
        if (duration.toHours() == 0) {
            return two(duration.toMinutes(), "m", duration.toSecondsPart(), "s");
        }
        return duration.toDays() == 0
                ? two(duration.toHours(), "h", duration.toMinutesPart(), "m")
                : two(duration.toDays(), "d", duration.toHoursPart(), "h");
    }

    private static String two(long greater, String unit, long lesser, String lesserUnit) {
        return greater + unit + (lesser == 0 ? "" : " " + lesser + lesserUnit);
    }
}
