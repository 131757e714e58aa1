package io.lightflow.producer.link;

import java.util.regex.Pattern;

/** Decides which landing pages a link may redirect to: {@code javascript:} and other schemes would run in the page. */
final class LinkTarget {
    /** Lenient after the host, because landing pages contain placeholders that {@link java.net.URI} rejects. */
    private static final Pattern HTTP =
            Pattern.compile("https?://[^\\s\\p{Cntrl}/?#\\\\]++[^\\s\\p{Cntrl}]*+", Pattern.CASE_INSENSITIVE);

    private LinkTarget() {}

    /** Whether the link has no target, or one with a safe scheme. */
    static boolean isSafe(LinkClaims claims) {
        return claims.target().isEmpty() || HTTP.matcher(claims.target()).matches();
    }

    static void require(LinkClaims claims) {
        if (!isSafe(claims)) {
            throw new IllegalArgumentException("target of the link for impression " + claims.impressionId()
                    + ": expected an http or https URL without spaces, found " + claims.target());
        }
    }
}
