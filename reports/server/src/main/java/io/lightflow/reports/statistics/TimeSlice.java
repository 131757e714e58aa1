package io.lightflow.reports.statistics;

import io.lightflow.database.StatisticsCube;
import io.lightflow.reports.statistics.Window.Piece;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The rows of one time in one table.
 *
 * @param time where it begins
 */
record TimeSlice(StatisticsCube cube, Grain grain, Instant time) {
    static Set<TimeSlice> of(StatisticsCube cube, List<Piece> pieces) {
        Set<TimeSlice> slices = new LinkedHashSet<>();
        for (Piece piece : pieces) {
            for (Instant time = piece.from(); time.isBefore(piece.to()); time = time.plus(piece.grain().length)) {
                slices.add(new TimeSlice(cube, piece.grain(), time));
            }
        }
        return slices;
    }

    /** Seconds since the Unix epoch of the minutes that it is summed up of. */
    List<Long> minutes() {
        List<Long> minutes = new ArrayList<>();
        Instant end = time.plus(grain.length);
        for (Instant minute = time; minute.isBefore(end); minute = minute.plus(Grain.MINUTE.length)) {
            minutes.add(minute.getEpochSecond());
        }
        return minutes;
    }
}
