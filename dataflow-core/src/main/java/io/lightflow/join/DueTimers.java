package io.lightflow.join;

import io.lightflow.position.KeysAhead;
import io.lightflow.position.Visibility;
import io.lightflow.store.Cell;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The timers that a step fires. If more are due than it may fire, it fires the first ones and moves the watermark only
 * up to them. Later steps fire the others, since the watermark that the producers' clocks allow is computed anew by
 * each step.
 *
 * <p>Timers of one millisecond fire together unless they exceed the bound alone. Then those of the least join keys
 * fire, and these keys are ahead of the watermark. The timers of one key and millisecond fire together; the cap of its
 * row bounds them.
 *
 * <p>Ghosts do not count, so the watermark does not depend on attempts that never committed.
 */
final class DueTimers {
    private static final Comparator<Cell> BY_TIME = Comparator.comparingLong(timer -> Cells.timerDue(timer.key()));
    private static final Comparator<Cell> BY_JOIN_KEY = (a, b) -> Arrays.compareUnsigned(a.value(), b.value());

    private final Visibility visibility;
    private final long oldWatermark;
    private final KeysAhead oldAhead;
    private final List<Cell> due = new ArrayList<>(0);
    private long newWatermark;
    private KeysAhead newAhead;
    private int max;

    /**
     * The timers that are due in (old watermark, new watermark].
     *
     * @param ahead the keys that have fired beyond the old watermark
     */
    DueTimers(Visibility visibility, long oldWatermark, KeysAhead ahead, long newWatermark) {
        this.visibility = visibility;
        this.oldWatermark = oldWatermark;
        this.oldAhead = ahead.of(oldWatermark);
        this.newWatermark = newWatermark;
        this.newAhead = ahead.of(newWatermark);
    }

    void add(List<Cell> timers) {
        for (Cell timer : timers) {
            long time = Cells.timerDue(timer.key());
            if (time > oldWatermark
                    && time <= newWatermark
                    && Cells.isVisible(timer, visibility)
                    && !hasFired(timer, time)) {
                due.add(timer);
            }
        }
    }

    private boolean hasFired(Cell timer, long time) {
        return time <= oldAhead.time() && oldAhead.includes(timer.value());
    }

    /** Leaves about the first timers, up to a number. */
    void limit(int most) {
        max = most;
        if (due.size() <= max) {
            return;
        }
        due.sort(BY_TIME);
        long last = time(max - 1);
        int begin = max - 1;
        while (begin > 0 && time(begin - 1) == last) {
            begin--;
        }
        int end = max;
        while (end < due.size() && time(end) == last) {
            end++;
        }
        if (end - begin <= max) {
            leave(end, last);
        } else if (begin > 0) {
            leave(begin, time(begin - 1));
        } else {
            leave(end, last);
            leaveFirstKeys(last);
        }
    }

    private void leave(int count, long watermark) {
        due.subList(count, due.size()).clear();
        newWatermark = watermark;
        newAhead = oldAhead.of(watermark);
    }

    /** Leaves the timers of the least keys, of timers that are all due at one time. */
    private void leaveFirstKeys(long time) {
        due.sort(BY_JOIN_KEY);
        int count = max;
        while (count < due.size() && BY_JOIN_KEY.compare(due.get(count), due.get(count - 1)) == 0) {
            count++;
        }
        if (count < due.size()) {
            leave(count, time - 1);
            newAhead = new KeysAhead(time, Cells.string(due.get(count - 1).value()));
        }
    }

    /** The timers that fire. */
    List<Cell> firing() {
        return due;
    }

    /** The watermark at which they are due. */
    long watermark() {
        return newWatermark;
    }

    /** The keys that have fired beyond that watermark. */
    KeysAhead ahead() {
        return newAhead;
    }

    /** A smaller number of timers that can fire alone; 0 if there is none. */
    int fewer() {
        return Math.min(max, due.size()) / 2;
    }

    private long time(int index) {
        return Cells.timerDue(due.get(index).key());
    }
}
