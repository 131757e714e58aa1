package io.lightflow.reports.statistics;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.reports.statistics.Window.Piece;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever the time zone, every minute of a window counts once, for its own day. */
class StepsTest {
    /** Clocks change in the weeks after it, in some zones. */
    private static final Instant BEGIN = Instant.parse("2026-03-01T00:00:00Z");

    private static final List<String> ZONES = List.of(
            "Europe/Berlin",
            "Atlantic/Azores",
            "America/Los_Angeles",
            "Pacific/Auckland",
            "Asia/Tokyo",
            "Asia/Kolkata",
            "Australia/Lord_Howe");

    private record CountedMinute(Instant minute, LocalDate day) {}

    @Test
    void fewestRowsCountEveryMinuteForItsOwnDay() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("StepsTest: -Dseed=" + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 70; i++) {
            ZoneId zone = ZoneId.of(ZONES.get(i % ZONES.size()));
            Instant from = BEGIN.plus(Duration.ofMinutes(random.nextInt(40 * 24 * 60)));
            Window window = new Window(from, from.plus(Duration.ofMinutes(1 + random.nextInt(5 * 24 * 60))));

            assertThat(counted(new Steps(Optional.of(Grain.DAY), zone), window, zone))
                    .as("%s in %s with -Dseed=%s", window, zone, seed)
                    .isEqualTo(minutes(window, zone));
        }
    }

    /** How often the pieces count each minute for each day, without those that they count 0 times. */
    private static Map<CountedMinute, Integer> counted(Steps steps, Window window, ZoneId zone) {
        Map<CountedMinute, Integer> counted = new HashMap<>();
        for (Piece piece : steps.fewestRows(window)) {
            boolean isOfNoon = !steps.time(piece).equals("time");
            for (Instant time = piece.from(); time.isBefore(piece.to()); time = time.plus(Grain.MINUTE.length)) {
                Instant of = isOfNoon ? Grain.DAY.floor(time).plus(Duration.ofHours(12)) : time;
                counted.merge(
                        new CountedMinute(time, LocalDate.ofInstant(of, zone)),
                        piece.subtracted() ? -1 : 1,
                        Integer::sum);
            }
        }
        counted.values().removeIf(times -> times == 0);
        return counted;
    }

    private static Map<CountedMinute, Integer> minutes(Window window, ZoneId zone) {
        Map<CountedMinute, Integer> minutes = new HashMap<>();
        for (Instant time = window.from(); time.isBefore(window.to()); time = time.plus(Grain.MINUTE.length)) {
            minutes.put(new CountedMinute(time, LocalDate.ofInstant(time, zone)), 1);
        }
        return minutes;
    }

    @Test
    void daysNearUtcReadFewHours() {
        Window window = new Window(BEGIN, BEGIN.plus(Duration.ofDays(20)));
        List<Piece> pieces = new Steps(Optional.of(Grain.DAY), ZoneId.of("Europe/Berlin")).fewestRows(window);

        assertThat(pieces).contains(new Piece(Grain.DAY, window.from(), window.to(), false));
        assertThat(pieces.stream().filter(piece -> piece.grain() == Grain.HOUR).mapToLong(piece -> Duration.between(
                                piece.from(), piece.to())
                        .toHours()))
                .hasSize(40)
                .containsOnly(1L);
    }
}
