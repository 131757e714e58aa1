package io.lightflow.reports.http;

import io.javalin.http.Context;
import java.util.Arrays;

/** The headers that make a request depend on the version that its sender knows, after RFC 9110. */
public final class Conditions {
    private Conditions() {}

    /** @throws ProblemException if no version is named */
    public static void requireIfMatch(Context context) {
        if (context.header("If-Match") == null) {
            throw new ProblemException(
                    428,
                    "precondition-required",
                    "The version to change must be named",
                    "send the ETag of the version that you know in the header If-Match, or * to overwrite any");
        }
    }

    /** @throws ProblemException if another version is named than the one that is there */
    public static void checkIfMatch(Context context, String entityTag) {
        String known = context.header("If-Match");
        if (known != null && !lists(known, entityTag)) {
            throw new ProblemException(
                    412,
                    "precondition-failed",
                    "Somebody else has changed it",
                    "the header If-Match names " + known + ", and the version is " + entityTag
                            + " by now: get it again, and send your change for that");
        }
    }

    /** Whether the sender has this version already. */
    public static boolean isKnown(Context context, String entityTag) {
        String known = context.header("If-None-Match");
        return known != null && lists(known.replace("W/", ""), entityTag);
    }

    private static boolean lists(String header, String entityTag) {
        return Arrays.stream(header.split(","))
                .map(String::strip)
                .anyMatch(tag -> tag.equals("*") || tag.equals(entityTag));
    }
}
