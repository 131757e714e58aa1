package io.lightflow.capture.endpoint;

import java.util.List;
import java.util.Set;

/**
 * Requests that browsers send ahead of time, for a page that the user may never open. {@code Sec-Purpose} is the
 * standard (Fetch, W3C Prefetch); the other headers are those of earlier browsers and of apps.
 */
final class Prefetch {
    private static final List<String> HEADERS = List.of("sec-purpose", "purpose", "x-purpose", "x-moz");
    private static final Set<String> AHEAD_OF_TIME = Set.of("prefetch", "prerender", "preview");

    /**
     * The event of a link that is requested for real later must not be its duplicate. Ids of links have other
     * characters.
     */
    private static final String ID_SUFFIX = "~prefetch";

    private Prefetch() {}

    /** Whether nobody has asked for this request yet. */
    static boolean is(CaptureRequest request) {
        return HEADERS.stream()
                .flatMap(header -> request.headers(header).stream())
                .anyMatch(Prefetch::isAheadOfTime);
    }

    /** A value is a token, which parameters may follow: {@code prefetch;prerender}. */
    private static boolean isAheadOfTime(String value) {
        int end = value.indexOf(';');
        String token = end < 0 ? value : value.substring(0, end);
        return AHEAD_OF_TIME.contains(token.strip().toLowerCase(java.util.Locale.ROOT));
    }

    /** The id of a prefetched event: each link has one, however often it is prefetched. */
    static String idOf(String id) {
        return id + ID_SUFFIX;
    }
}
