package io.lightflow.producer.link;

import java.util.regex.Pattern;

/** Decides which landing pages a link may redirect to: {@code javascript:} and other schemes would run in the page. */
final class LinkTarget {
    /**
     * The host is a name, an IPv4 or an IPv6 address in ASCII. Browsers disagree about where a host with {@code @}, a
     * backslash, a percent sign or other characters ends. After the host the pattern is lenient, because landing pages
     * contain placeholders that {@link java.net.URI} rejects.
     */
    private static final Pattern HTTP = Pattern.compile(
            "https?://(?:[a-z0-9._-]++|\\[[0-9a-f:.]++])(?::\\d{1,5})?(?:[/?#][^\\s\\p{Cntrl}\\x{80}-\\x{9f}]*+)?",
            Pattern.CASE_INSENSITIVE);

    private LinkTarget() {}

    /** Whether the link has no target, or one with a safe scheme and host. */
    static boolean isSafe(LinkClaims claims) {
        return claims.target().isEmpty() || HTTP.matcher(claims.target()).matches();
    }

    static void require(LinkClaims claims) {
        if (!isSafe(claims)) {
            throw new IllegalArgumentException("target of the link for impression " + claims.impressionId()
                    + ": expected an http or https URL without spaces, with a host of ASCII letters (punycode) and no"
                    + " user name, found " + claims.target());
        }
    }
}
