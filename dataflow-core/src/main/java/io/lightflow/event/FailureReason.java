package io.lightflow.event;

/** Why a record was set aside on which the code fails. */
public final class FailureReason {
    private static final int MAX_LENGTH = 1_000;

    private FailureReason() {}

    /** The reason, at most about a thousand characters long, with the exception and where it was thrown. */
    public static String of(RuntimeException failure) {
        StackTraceElement[] trace = failure.getStackTrace();
        String found = failure + (trace.length == 0 ? "" : " at " + trace[0]);
        return "expected a record that can be processed, found one that fails with "
                + found.substring(0, Math.min(found.length(), MAX_LENGTH));
    }
}
