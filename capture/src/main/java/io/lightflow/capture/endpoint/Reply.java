package io.lightflow.capture.endpoint;

import io.lightflow.capture.client.Visitor;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A response. No cache may keep one that does not say so.
 *
 * @param body not to be changed; its length is also that of a response to HEAD
 * @param headers further headers, by lower-case name
 */
public record Reply(int status, String contentType, byte[] body, Map<String, String> headers) {
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final byte[] NO_BODY = {};

    /** A transparent image of one pixel. */
    private static final byte[] PIXEL =
            Base64.getDecoder().decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7");

    public static Reply pixel() {
        return new Reply(200, "image/gif", PIXEL, Map.of());
    }

    public static Reply noContent() {
        return new Reply(204, null, NO_BODY, Map.of());
    }

    /** @param location a URL of ASCII characters that are legal in URLs */
    static Reply redirect(String location) {
        return new Reply(302, null, NO_BODY, Map.of("location", location));
    }

    /** @param message must not contain anything from the request */
    public static Reply text(int status, String message) {
        return new Reply(status, TEXT, (message + "\n").getBytes(StandardCharsets.UTF_8), Map.of());
    }

    public static Reply of(String contentType, byte[] body) {
        return new Reply(200, contentType, body, Map.of());
    }

    /** Sets or deletes the visitor's cookie, if it must change. */
    Reply withCookie(Visitor visitor) {
        return visitor.setCookie().map(cookie -> with("set-cookie", cookie)).orElse(this);
    }

    public Reply with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Reply(status, contentType, body, more);
    }
}
