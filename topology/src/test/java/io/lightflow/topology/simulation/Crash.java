package io.lightflow.topology.simulation;

/** The process dies. This is an error, since no code on the way may catch it. */
final class Crash extends Error {
    private static final long serialVersionUID = 1L;

    Crash(String where) {
        super(where, null, false, false);
    }
}
