package io.lightflow.reports.statistics;

import io.lightflow.reports.http.Parameters;
import io.lightflow.reports.http.ProblemException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A time that is asked about.
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
     * A part of a window that one table answers.
     *
     * @param grain whole rows of which it consists
     */
    record Piece(Grain grain, Instant from, Instant to) {}

    /**
     * Cuts it into whole rows, as coarse as they can be, in the order of time.
     *
     * @param grains from the finest, which is minutes, to the coarsest
     */
    List<Piece> pieces(List<Grain> grains) {
        List<Piece> pieces = new ArrayList<>();
        cut(pieces, from, to, grains);
        return pieces;
    }

    private static void cut(List<Piece> pieces, Instant from, Instant to, List<Grain> grains) {
        if (!from.isBefore(to)) {
            return;
        }
        int last = grains.size() - 1;
        Grain coarsest = grains.get(last);
        Instant first = coarsest.ceiling(from);
        Instant end = coarsest.floor(to);
        if (last == 0) {
            pieces.add(new Piece(coarsest, from, to));
        } else if (first.isBefore(end)) {
            cut(pieces, from, first, grains.subList(0, last));
            pieces.add(new Piece(coarsest, first, end));
            cut(pieces, end, to, grains.subList(0, last));
        } else {
            cut(pieces, from, to, grains.subList(0, last));
        }
    }
}
