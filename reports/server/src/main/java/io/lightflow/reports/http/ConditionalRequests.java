package io.lightflow.reports.http;

import io.javalin.http.Context;
import java.util.Arrays;

/** Evaluates the headers of conditional requests (RFC 9110). */
public final class ConditionalRequests {
    private ConditionalRequests() {}

    /** @throws ProblemException if the header If-Match is missing */
    public static void requireIfMatch(Context context) {
        if (context.header("If-Match") == null) {
            throw new ProblemException(
                    428,
                    "precondition-required",
                    "The header If-Match is missing",
                    "send the ETag of the version to change in the header If-Match, or * to overwrite any version");
        }
    }

    /** @throws ProblemException if the header names another version than the current one */
    public static void checkIfMatch(Context context, String entityTag) {
        String known = context.header("If-Match");
        if (known != null && !lists(known, entityTag)) {
            throw new ProblemException(
                    412,
                    "precondition-failed",
                    "The version has changed",
                    "the header If-Match names " + known + ", but the current version is " + entityTag
                            + ": get it again, and repeat the change on that version");
        }
    }

    /** Whether the client already has this version. */
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
