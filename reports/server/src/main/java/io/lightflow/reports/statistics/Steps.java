package io.lightflow.reports.statistics;

import io.lightflow.reports.http.Parameters;
import io.lightflow.reports.http.ProblemException;
import io.lightflow.reports.statistics.Window.Piece;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The steps of time by which rows are told apart.
 *
 * @param grain empty for one step, which is the whole window
 * @param zone whose days are meant. Minutes and hours are those of UTC.
 */
record Steps(Optional<Grain> grain, ZoneId zone) {
    private static final List<Grain> GRAINS = List.of(Grain.MINUTE, Grain.HOUR, Grain.DAY);
    private static final Duration NOON = Duration.ofHours(12);
    private static final Set<String> ZONES = ZoneId.getAvailableZoneIds();

    /** Reads {@code step}. */
    static Optional<Grain> grain(Parameters parameters) {
        return parameters
                .oneOf("step", GRAINS.stream().map(Grain::label).toList())
                .flatMap(word -> GRAINS.stream()
                        .filter(grain -> grain.label().equals(word))
                        .findFirst());
    }

    static Steps utc(Grain grain) {
        return new Steps(Optional.of(grain), ZoneOffset.UTC);
    }

    /** Reads {@code step} and {@code time_zone}. */
    static Steps of(Parameters parameters) {
        String name = parameters.text("time_zone").orElse("UTC");
        if (!ZONES.contains(name)) {
            throw ProblemException.parameter(
                    "time_zone", name, "the name of a time zone, such as UTC or Europe/Berlin");
        }
        return new Steps(grain(parameters), ZoneId.of(name).normalized());
    }

    Duration longestWindow() {
        if (grain.isEmpty()) {
            return Duration.ofDays(1_100);
        }
        return switch (grain.get()) {
            case MINUTE, TEN_MINUTES -> Duration.ofHours(24);
            case HOUR -> Duration.ofDays(31);
            case DAY -> Duration.ofDays(isOfLocalDays() ? 100 : 1_100);
        };
    }

    private boolean isOfLocalDays() {
        return grain.equals(Optional.of(Grain.DAY)) && !zone.equals(ZoneOffset.UTC);
    }

    /** Pieces of rows of which none is in two steps. */
    List<Piece> pieces(Window window) {
        if (!isOfLocalDays()) {
            return window.pieces(GRAINS.subList(0, grain.map(GRAINS::indexOf).orElse(GRAINS.size() - 1) + 1));
        }
        List<Piece> pieces = new ArrayList<>();
        List<Instant> days = localDays(window);
        for (int i = 0; i < days.size(); i++) {
            Window day = new Window(
                    i == 0 ? window.from() : days.get(i), i + 1 < days.size() ? days.get(i + 1) : window.to());
            day.pieces(List.of(Grain.MINUTE, Grain.HOUR)).forEach(piece -> append(pieces, piece));
        }
        return pieces;
    }

    /**
     * The same with fewer rows: whole days of UTC count as the day of their noon, and their hours of the days before
     * and after are moved there: subtracted from the one and added to the other. So a group may have sums of 0 in a
     * step.
     */
    List<Piece> fewestRows(Window window) {
        Instant first = Grain.DAY.ceiling(window.from());
        Instant after = Grain.DAY.floor(window.to());
        if (!isOfLocalDays()
                || !first.isBefore(after)
                || !localDays(window).stream().allMatch(Steps::isWholeHour)) {
            return pieces(window);
        }
        List<Piece> pieces = new ArrayList<>();
        appendPieces(pieces, window.from(), first);
        pieces.add(new Piece(Grain.DAY, first, after, false));
        for (Instant day = first; day.isBefore(after); day = day.plus(Grain.DAY.length)) {
            LocalDate local = LocalDate.ofInstant(day.plus(NOON), zone);
            Instant next = day.plus(Grain.DAY.length);
            appendMoved(pieces, day, start(local));
            appendMoved(pieces, start(local.plusDays(1)), next);
        }
        appendPieces(pieces, after, window.to());
        return pieces;
    }

    private static boolean isWholeHour(Instant time) {
        return Grain.HOUR.floor(time).equals(time);
    }

    private void appendPieces(List<Piece> pieces, Instant from, Instant to) {
        if (from.isBefore(to)) {
            pieces.addAll(pieces(new Window(from, to)));
        }
    }

    private static void appendMoved(List<Piece> pieces, Instant from, Instant to) {
        if (from.isBefore(to)) {
            pieces.add(new Piece(Grain.HOUR, from, to, false));
            pieces.add(new Piece(Grain.HOUR, from, to, true));
        }
    }

    /** The expression of a time in the step of a piece's row. */
    String time(Piece piece) {
        if (isOfLocalDays() && piece.grain() == Grain.DAY) {
            return "time + interval '12 hours' AS time";
        }
        return piece.subtracted()
                ? "date_bin('1 day', time, '2000-01-01 00:00+00') + interval '12 hours' AS time"
                : "time";
    }

    /** Adjacent pieces of one table are one. */
    private static void append(List<Piece> pieces, Piece next) {
        Piece last = pieces.isEmpty() ? null : pieces.get(pieces.size() - 1);
        if (last != null && last.grain() == next.grain() && last.to().equals(next.from())) {
            pieces.set(pieces.size() - 1, new Piece(last.grain(), last.from(), next.to(), false));
        } else {
            pieces.add(next);
        }
    }

    /** The beginnings of the days of a window. The first one may be before it. */
    private List<Instant> localDays(Window window) {
        List<Instant> days = new ArrayList<>();
        LocalDate day = LocalDate.ofInstant(window.from(), zone);
        for (Instant start = start(day); start.isBefore(window.to()); start = start(day)) {
            days.add(start);
            day = day.plusDays(1);
        }
        return days;
    }

    private Instant start(LocalDate day) {
        return day.atStartOfDay(zone).toInstant();
    }

    /**
     * Appends the expression of a row's step. The days of a time zone are sent: the database may have another version
     * of the time zones.
     */
    void appendTo(StatisticsQuery query, Window window, Connection connection) throws SQLException {
        if (!isOfLocalDays()) {
            query.append("date_bin('1 " + grain.orElseThrow().label() + "', time, '2000-01-01 00:00+00')");
            return;
        }
        Object days = connection.createArrayOf(
                "timestamptz", localDays(window).stream().map(Instant::toString).toArray());
        query.append("(")
                .value(days)
                .append("::timestamptz[])[width_bucket(time, ")
                .value(days)
                .append("::timestamptz[])]");
    }
}
