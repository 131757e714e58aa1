package io.lightflow.lab.contest;

/** A contestant whose work is started again as soon as it has died. */
interface KillableProcess extends ContestantProcess {
    /** Kills (SIGKILL) whatever does the work, and returns when it has died. */
    void kill();
}
