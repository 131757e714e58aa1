package io.lightflow.capture.endpoint;

import io.lightflow.capture.client.TrustedProxies;

/**
 * What an event says about the browser that caused it.
 *
 * @param userAgent at most {@value #MAX_USER_AGENT} characters
 * @param ip address without its host part; empty if it is unknown
 */
record Visitor(String userAgent, String ip) {
    private static final int MAX_USER_AGENT = 512;

    static Visitor of(CaptureRequest request, TrustedProxies proxies) {
        String userAgent = request.header("user-agent");
        return new Visitor(
                userAgent.length() > MAX_USER_AGENT ? userAgent.substring(0, MAX_USER_AGENT) : userAgent,
                proxies.clientAddress(
                        request.peer(), request.headers(proxies.header().headerName())));
    }
}
