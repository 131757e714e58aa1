package io.lightflow.topology.archive;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Random;

/**
 * Strikes calls of one process to its files and its catalog, and lets other processes work during some calls. The
 * thread of the schedule makes all calls.
 */
final class ArchiveFaults {
    /** A call that can be struck. */
    enum Call {
        WRITE_FILE,
        DELETE_FILE,
        READ_POINTER,
        MOVE_POINTER
    }

    /** What happens to a request that moves the pointer. */
    enum Fate {
        DONE,
        /** The process dies before the request. */
        KILLED_BEFORE,
        /** The process dies after the pointer has moved. */
        KILLED_AFTER,
        /** The request never arrives. */
        FAILED,
        /** The pointer moves, and the response is lost. */
        RESPONSE_LOST,
        /**
         * The pointer moves; a client repeats the request after a lost response, and takes the conflict for a failure.
         */
        REPEATED,
        /** The request is still under way. It arrives at some later time. */
        DELAYED
    }

    /** The process dies. An error, since no code on the way may catch it. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1L;

        Killed() {
            super("killed", null, false, false);
        }
    }

    private static final int CALLS_PER_PAUSE = 32;

    private final String process;
    private final Random random;
    private final ArchiveTrace trace;
    private final Runnable meanwhile;
    private int callsUntilFault = Integer.MAX_VALUE;
    private int outage;
    private boolean dead;

    /** @param meanwhile what other processes do during a call of this one */
    ArchiveFaults(String process, Random random, ArchiveTrace trace, Runnable meanwhile) {
        this.process = process;
        this.random = random;
        this.trace = trace;
        this.meanwhile = meanwhile;
    }

    static ArchiveFaults none() {
        return new ArchiveFaults("observer", new Random(0), new ArchiveTrace(), () -> {});
    }

    /** Strikes one of the next calls. */
    void arm() {
        callsUntilFault = random.nextInt(14);
    }

    void disarm() {
        callsUntilFault = Integer.MAX_VALUE;
        outage = 0;
    }

    private boolean isDue() {
        return callsUntilFault != Integer.MAX_VALUE && callsUntilFault-- == 0;
    }

    private void die() {
        dead = true;
        throw new Killed();
    }

    /**
     * A call whose failure has no effect, or half of its effect.
     *
     * @param file number of the file
     */
    void strike(Call call, int file) {
        pause();
        if (dead) {
            throw new Killed();
        }
        if (outage > 0) {
            outage--;
            trace.add(process + " " + call + " " + file + " fails");
            throw unavailable(call);
        }
        if (isDue()) {
            trace.add(process + " " + call + " " + file + " is struck");
            if (random.nextBoolean()) {
                die();
            }
            outage = random.nextInt(3);
            throw unavailable(call);
        }
        trace.add(process + " " + call + " " + file);
    }

    private static UncheckedIOException unavailable(Call call) {
        return new UncheckedIOException(new IOException(call + " fails: the disk is full, or the server unavailable"));
    }

    /** @param file number of the file that the pointer is to refer to */
    Fate fate(int file) {
        pause();
        if (dead) {
            throw new Killed();
        }
        Fate fate = nextFate();
        trace.add(process + " " + Call.MOVE_POINTER + " " + file + " " + fate);
        return fate;
    }

    private Fate nextFate() {
        if (outage > 0) {
            outage--;
            return Fate.FAILED;
        }
        if (!isDue()) {
            return Fate.DONE;
        }
        Fate[] fates = Fate.values();
        return fates[1 + random.nextInt(fates.length - 1)];
    }

    /** A call takes time. */
    private void pause() {
        if (!dead && random.nextInt(CALLS_PER_PAUSE) == 0) {
            meanwhile.run();
        }
    }

    void dieNow() {
        die();
    }
}
