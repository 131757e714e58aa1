package io.lightflow.position;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The clocks of the producers that send beacons into one topic-partition, as their last beacons showed them. Only the
 * records decide, and no clock of a reader: a reader that paused or that reads a long log fast comes to the same
 * result.
 *
 * <p>The time that passes in the log follows from the differences between two beacons of one producer, so a wrong clock
 * does not distort it. A producer leaves once {@link #MAX_SILENCE_MS} have passed without a beacon from it. The last
 * one stays: nothing tells a link that is down from a producer that is gone. Immutable.
 *
 * @param clocks one for each producer, in the order of their first beacons; at most {@link #MAX_PRODUCERS}
 */
public record ProducerClocks(List<Clock> clocks) {
    /** Beacons of further producers are ignored, so that random names cannot fill the ledger. */
    public static final int MAX_PRODUCERS = 16;

    /**
     * A producer leaves after this much silence, and has a say after as much presence. Those that begin within as much
     * time of the first one have a say at once.
     */
    public static final long MAX_SILENCE_MS = 60_000;

    /** A clock further behind most of the others than this is wrong. */
    public static final long TOLERANCE_MS = 60_000;

    /** One beacon lets no more time pass than this, so that a clock that jumps removes no other producer. */
    static final long MAX_ADVANCE_MS = MAX_SILENCE_MS / 4;

    /** How many {@link #closing} beacons make every other producer leave. */
    private static final int CLOSING_BEACONS = (int) (MAX_SILENCE_MS / MAX_ADVANCE_MS) + 2;

    /** No beacon has named its producer yet. */
    public static final ProducerClocks NONE = new ProducerClocks(List.of());

    /**
     * The last beacon of a producer.
     *
     * @param producer its name; empty for all beacons without a name
     * @param time event time of the beacon, ms since the Unix epoch
     * @param silentMs time that has passed in the log since
     * @param presentMs time that passed in the log between its first beacon and this one, and {@link #MAX_SILENCE_MS}
     *     more for one of the first producers; no more than twice that
     * @param offsetMs how far the beacon was ahead of the reader's clock when it was read
     */
    public record Clock(String producer, long time, long silentMs, long presentMs, long offsetMs) {
        /** Its next beacon may be on its way, so a short silence counts as presence. */
        private boolean hasSay() {
            return presentMs + Math.min(silentMs, MAX_ADVANCE_MS) >= MAX_SILENCE_MS;
        }

        /** Whether those that come now are not among the first. */
        private boolean isSettled() {
            return presentMs >= 2 * MAX_SILENCE_MS;
        }

        private Clock later(long ms) {
            return ms == 0 ? this : new Clock(producer, time, silentMs + ms, presentMs, offsetMs);
        }

        private Clock heard(long newTime, long passedMs, long readMs) {
            long present = Math.min(presentMs + silentMs + passedMs, 2 * MAX_SILENCE_MS);
            return new Clock(producer, newTime, 0, present, newTime - readMs);
        }
    }

    public ProducerClocks {
        clocks = List.copyOf(clocks);
    }

    /**
     * Returns the clocks after a beacon.
     *
     * @param producer empty if the beacon names none; it counts only beside beacons that do
     * @param readMs when the beacon was read, by the reader's clock
     */
    public ProducerClocks after(String producer, long time, long readMs) {
        if (producer.isEmpty() && clocks.isEmpty()) {
            return this;
        }
        Clock before = clock(producer);
        if (before == null) {
            return clocks.size() < MAX_PRODUCERS ? with(first(producer, time, readMs)) : this;
        }
        long passed = Math.max(0, Math.min(time - before.time(), MAX_ADVANCE_MS) - before.silentMs());
        List<Clock> after = new ArrayList<>(clocks.size());
        for (Clock clock : clocks) {
            Clock later = clock.equals(before) ? clock.heard(time, passed, readMs) : clock.later(passed);
            if (later.silentMs() <= MAX_SILENCE_MS) {
                after.add(later);
            }
        }
        return new ProducerClocks(after);
    }

    private Clock clock(String producer) {
        for (Clock clock : clocks) {
            if (clock.producer().equals(producer)) {
                return clock;
            }
        }
        return null;
    }

    /** The first beacon of a producer. If the first producers waited for a say, a fast one would have it alone. */
    private Clock first(String producer, long time, long readMs) {
        long presentMs = clocks.stream().anyMatch(Clock::isSettled) ? 0 : MAX_SILENCE_MS;
        return new Clock(producer, time, 0, presentMs, time - readMs);
    }

    private ProducerClocks with(Clock first) {
        List<Clock> all = new ArrayList<>(clocks);
        all.add(first);
        return new ProducerClocks(all);
    }

    /**
     * The time up to which all producers have sent what they emitted; {@link Position#NO_TIME} if none is known. It is
     * the least time of the producers that have been present for a while, so that a fast clock does not move it. Clocks
     * far behind most of the others do not count. Of two clocks nobody knows which one is wrong, so the slower counts.
     */
    public long reached() {
        if (clocks.isEmpty()) {
            return Position.NO_TIME;
        }
        long[] times = times();
        long most = median(times);
        int least = 0;
        while (isSlow(times[least], most)) {
            least++;
        }
        return times[least];
    }

    /** The producers whose clock is far behind most of the others, and does not count. */
    public List<Clock> slow() {
        long most = most();
        return clocks.stream().filter(clock -> isSlow(clock.time(), most)).toList();
    }

    /** The time that most producers have reached; {@link Position#NO_TIME} if none is known. */
    public long most() {
        return clocks.isEmpty() ? Position.NO_TIME : median(times());
    }

    private static boolean isSlow(long time, long most) {
        return most != Position.NO_TIME && time < most - TOLERANCE_MS;
    }

    /** The times that count, in ascending order. */
    private long[] times() {
        long[] times = clocks.stream()
                .filter(Clock::hasSay)
                .mapToLong(Clock::time)
                .sorted()
                .toArray();
        return times.length > 0
                ? times
                : clocks.stream().mapToLong(Clock::time).sorted().toArray();
    }

    private static long median(long[] sorted) {
        return sorted[(sorted.length - 1) / 2];
    }

    /**
     * The times of the beacons with which one producer ends a topic-partition: all others have left when the last one
     * is read.
     *
     * @param time of the last one, ms since the Unix epoch
     */
    public static long[] closing(long time) {
        long[] times = new long[CLOSING_BEACONS];
        Arrays.setAll(times, i -> time - (CLOSING_BEACONS - 1 - i) * MAX_ADVANCE_MS);
        return times;
    }
}
