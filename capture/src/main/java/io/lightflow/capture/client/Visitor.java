package io.lightflow.capture.client;

import java.util.Optional;

/**
 * What may be stored about the browser that sent a request. Without consent nothing of it identifies the user.
 *
 * @param identifiable whether there is consent
 * @param cookieKey the join key in the browser's cookie, or a new one; empty without consent
 * @param userAgent empty without consent
 * @param ip address without its host part; empty without consent, or if it is unknown
 * @param setCookie the header Set-Cookie, if the cookie is to be changed
 */
public record Visitor(boolean identifiable, String cookieKey, String userAgent, String ip, Optional<String> setCookie) {

    /**
     * The join key of an event that names its impression. Without consent that is the impression's id, for the
     * impression, its clicks and their conversions alike, so that they still meet.
     */
    public String joinKey(String linkKey, String impressionId) {
        return identifiable ? linkKey : impressionId;
    }
}
