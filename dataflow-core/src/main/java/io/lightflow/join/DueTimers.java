package io.lightflow.join;

import io.lightflow.position.Visibility;
import io.lightflow.store.Cell;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The timers that a step fires. If more are due than it may fire, it fires the first ones and moves the watermark only
 * up to them. Later steps fire the others, since the watermark that the producers' clocks allow is computed anew by
 * each step. Timers of one millisecond fire together.
 *
 * <p>Ghosts do not count, so the watermark does not depend on attempts that never committed.
 */
final class DueTimers {
    private static final Comparator<Cell> BY_TIME = Comparator.comparingLong(timer -> Cells.timerDue(timer.key()));

    private final Visibility visibility;
    private final long oldWatermark;
    private final long newWatermark;
    private final List<Cell> due = new ArrayList<>(0);

    /** The timers that are due in (old watermark, new watermark]. */
    DueTimers(Visibility visibility, long oldWatermark, long newWatermark) {
        this.visibility = visibility;
        this.oldWatermark = oldWatermark;
        this.newWatermark = newWatermark;
    }

    void add(List<Cell> timers) {
        for (Cell timer : timers) {
            long time = Cells.timerDue(timer.key());
            if (time > oldWatermark && time <= newWatermark && Cells.isVisible(timer, visibility)) {
                due.add(timer);
            }
        }
    }

    /** Leaves the first timers, and those of the same millisecond. Returns the watermark at which they are due. */
    long limit(int max) {
        if (due.size() <= max) {
            return newWatermark;
        }
        due.sort(BY_TIME);
        long last = time(max - 1);
        int end = max;
        while (end < due.size() && time(end) == last) {
            end++;
        }
        due.subList(end, due.size()).clear();
        return last;
    }

    /** The timers that fire. */
    List<Cell> firing() {
        return due;
    }

    /** A smaller number of timers that can fire alone; 0 if there is none. */
    int fewer() {
        long last = Long.MIN_VALUE;
        for (Cell timer : due) {
            last = Math.max(last, Cells.timerDue(timer.key()));
        }
        int before = 0;
        for (Cell timer : due) {
            if (Cells.timerDue(timer.key()) < last) {
                before++;
            }
        }
        return (before + 1) / 2;
    }

    private long time(int index) {
        return Cells.timerDue(due.get(index).key());
    }
}
