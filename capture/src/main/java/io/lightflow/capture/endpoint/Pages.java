package io.lightflow.capture.endpoint;

import java.util.Set;

/** Pages of advertisers, whose requests nobody signs. */
final class Pages {
    private Pages() {}

    /** @throws RequestException if the settings do not name the advertiser */
    static void requireKnown(Set<String> advertisers, String advertiser) {
        if (!advertisers.contains(advertiser)) {
            throw new RequestException(403, "a: this advertiser's pages send no unsigned events.");
        }
    }
}
