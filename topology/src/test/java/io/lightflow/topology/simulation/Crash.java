package io.lightflow.topology.simulation;

/** The process dies. An error, since nobody may catch it on the way. */
final class Crash extends Error {
    private static final long serialVersionUID = 1L;

    Crash(String where) {
        super(where, null, false, false);
    }
}
