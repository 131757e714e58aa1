package io.lightflow.reports.statistics;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.reports.statistics.Window.Piece;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** However a window is cut, every minute of it counts once, and no other does. */
class WindowTest {
    private static final Instant BEGIN = Instant.parse("2026-02-26T00:00:00Z");
    private static final List<Grain> GRAINS = List.of(Grain.MINUTE, Grain.HOUR, Grain.DAY);

    @Test
    void piecesAddUpToTheWindow() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("WindowTest: -Dseed=" + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            Instant from = minutesLater(BEGIN, random.nextInt(3_000));
            Window window = new Window(from, minutesLater(from, 1 + random.nextInt(random.nextBoolean() ? 90 : 6_000)));
            List<Piece> within = window.pieces(GRAINS);
            List<Piece> fewest = window.fewestRows(GRAINS);

            assertThat(minutes(within)).as(within.toString()).isEqualTo(minutes(window));
            assertThat(minutes(fewest)).as(fewest.toString()).isEqualTo(minutes(window));
            assertThat(within)
                    .as(within.toString())
                    .noneMatch(Piece::subtracted)
                    .allMatch(piece -> isIn(window, piece));
            assertThat(rows(fewest, Grain.MINUTE))
                    .as(fewest.toString())
                    .isLessThanOrEqualTo(Math.min(60, rows(within, Grain.MINUTE)));
            assertThat(rows(fewest, Grain.HOUR)).as(fewest.toString()).isLessThanOrEqualTo(25);
        }
    }

    @Test
    void fiftyMinutesAreAnHourWithoutTen() {
        assertThat(new Window(minutesLater(BEGIN, 10), minutesLater(BEGIN, 60)).fewestRows(GRAINS))
                .containsExactly(
                        new Piece(Grain.MINUTE, BEGIN, minutesLater(BEGIN, 10), true),
                        new Piece(Grain.HOUR, BEGIN, minutesLater(BEGIN, 60), false));
    }

    private static Instant minutesLater(Instant time, long minutes) {
        return time.plus(Duration.ofMinutes(minutes));
    }

    private static boolean isIn(Window window, Piece piece) {
        return !piece.from().isBefore(window.from()) && !piece.to().isAfter(window.to());
    }

    private static long rows(List<Piece> pieces, Grain grain) {
        return pieces.stream()
                .filter(piece -> piece.grain() == grain)
                .mapToLong(piece -> Duration.between(piece.from(), piece.to()).dividedBy(grain.length))
                .sum();
    }

    /** How often each minute counts, without those that count for nothing. */
    private static Map<Instant, Integer> minutes(List<Piece> pieces) {
        Map<Instant, Integer> minutes = new TreeMap<>();
        for (Piece piece : pieces) {
            minutes(new Window(piece.from(), piece.to()))
                    .forEach((minute, once) -> minutes.merge(minute, piece.subtracted() ? -once : once, Integer::sum));
        }
        minutes.values().removeIf(times -> times == 0);
        return minutes;
    }

    private static Map<Instant, Integer> minutes(Window window) {
        Map<Instant, Integer> minutes = new TreeMap<>();
        for (Instant minute = window.from(); minute.isBefore(window.to()); minute = minutesLater(minute, 1)) {
            minutes.put(minute, 1);
        }
        return minutes;
    }
}
