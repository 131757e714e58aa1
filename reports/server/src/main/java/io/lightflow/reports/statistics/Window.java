package io.lightflow.reports.statistics;

import io.lightflow.reports.http.Parameters;
import io.lightflow.reports.http.ProblemException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/**
 * A window of time.
 *
 * @param from the first moment of it, on a whole minute
 * @param to the first moment after it, on a whole minute
 */
record Window(Instant from, Instant to) {

    /** Reads {@code from} and {@code to}. */
    static Window of(Parameters parameters, Duration longest) {
        Window window = new Window(minute(parameters, "from"), minute(parameters, "to"));
        if (!window.from.isBefore(window.to)) {
            throw ProblemException.parameter("to", window.to.toString(), "after from, which is " + window.from);
        }
        if (Duration.between(window.from, window.to).compareTo(longest) > 0) {
            throw ProblemException.parameter(
                    "to", window.to.toString(), "at most " + words(longest) + " after from, which is " + window.from);
        }
        return window;
    }

    private static Instant minute(Parameters parameters, String name) {
        Instant time = parameters
                .time(name)
                .orElseThrow(() ->
                        ProblemException.parameter(name, null, "a time with its offset, such as 2026-01-01T00:00:00Z"));
        if (!Grain.MINUTE.floor(time).equals(time)) {
            throw ProblemException.parameter(
                    name,
                    time.toString(),
                    "on a whole minute, which is the finest that is counted, such as " + Grain.MINUTE.floor(time));
        }
        return time;
    }

    private static String words(Duration duration) {
        return duration.toHours() % 24 == 0 ? duration.toDays() + " days" : duration.toHours() + " hours";
    }

    Window aMinuteLater() {
        return new Window(from.plus(Grain.MINUTE.length), to.plus(Grain.MINUTE.length));
    }

    /**
     * A part of a window that the rows of one table cover.
     *
     * @param grain whole rows of which it consists
     * @param subtracted whether it is in excess in others
     */
    record Piece(Grain grain, Instant from, Instant to, boolean subtracted) {}

    /**
     * Cuts it into whole rows, as coarse as they can be, in the order of time.
     *
     * @param grains from the finest, which is minutes, to the coarsest
     */
    List<Piece> pieces(List<Grain> grains) {
        return new Splitter(Grain::ceiling, Grain::floor, new ArrayList<>()).of(this, grains);
    }

    /**
     * Pieces of the fewest rows: fifty minutes of an hour are the hour without ten. They may reach beyond the window.
     *
     * @param grains from the finest, which is minutes, to the coarsest
     */
    List<Piece> fewestRows(List<Grain> grains) {
        return new Splitter(Grain::nearest, Grain::nearest, new ArrayList<>()).of(this, grains);
    }

    /**
     * @param begin where coarse rows are to begin for a window that begins at a time
     * @param end where they are to end for one that ends at a time
     */
    private record Splitter(
            BiFunction<Grain, Instant, Instant> begin, BiFunction<Grain, Instant, Instant> end, List<Piece> pieces) {
        List<Piece> of(Window window, List<Grain> grains) {
            add(window.from, window.to, false, grains);
            return pieces;
        }

        private void add(Instant from, Instant to, boolean subtracted, List<Grain> grains) {
            if (to.isBefore(from)) {
                add(to, from, !subtracted, grains);
            } else if (from.isBefore(to)) {
                int last = grains.size() - 1;
                Grain coarsest = grains.get(last);
                List<Grain> finer = grains.subList(0, last);
                Instant first = finer.isEmpty() ? from : begin.apply(coarsest, from);
                Instant after = finer.isEmpty() ? to : end.apply(coarsest, to);
                if (first.isBefore(after) && distance(from, first) + distance(after, to) < distance(from, to)) {
                    add(from, first, subtracted, finer);
                    pieces.add(new Piece(coarsest, first, after, subtracted));
                    add(after, to, subtracted, finer);
                } else {
                    add(from, to, subtracted, finer);
                }
            }
        }

        private static long distance(Instant one, Instant other) {
            return Math.abs(Duration.between(one, other).toMillis());
        }
    }
}
