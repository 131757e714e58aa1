package io.lightflow.service.http;

import io.lightflow.service.access.Accounts;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Rejects requests that a page of another site sent from a browser.
 *
 * <p>Such a page could send requests to the loopback address of a server without accounts. With accounts, it could send
 * changes with a password that the browser has stored; it cannot read responses, so GET is allowed.
 */
public final class OriginCheck {
    private static final String READ = "GET";
    /** Addresses, and the one name, that cannot be names of other sites which resolve to this machine. */
    private static final Pattern LOOPBACK_HOST =
            Pattern.compile("(localhost|127(\\.\\d{1,3}){3}|\\[::1])(:\\d+)?", Pattern.CASE_INSENSITIVE);

    private OriginCheck() {}

    /**
     * The reason to reject a request; empty for none.
     *
     * @param site the request's header Sec-Fetch-Site, or null
     * @param host the request's header Host, or null
     */
    public static Optional<String> rejection(Accounts<?> access, String method, String site, String host) {
        boolean mayComeFromOtherSites = method.toUpperCase(Locale.ROOT).equals(READ) && !access.isUnrestricted();
        if (!mayComeFromOtherSites && isFromOtherSite(site)) {
            return Optional.of("requests from pages of other sites are not accepted");
        }
        if (access.isUnrestricted() && !isLoopback(host)) {
            return Optional.of("this server has no accounts, and accepts only the host names 127.0.0.1, [::1] and"
                    + " localhost, not " + host);
        }
        return Optional.empty();
    }

    private static boolean isFromOtherSite(String site) {
        return site != null && !site.equals("same-origin") && !site.equals("none");
    }

    private static boolean isLoopback(String host) {
        return host == null || LOOPBACK_HOST.matcher(host).matches();
    }
}
