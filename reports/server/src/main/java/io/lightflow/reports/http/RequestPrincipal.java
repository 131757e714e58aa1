package io.lightflow.reports.http;

import io.javalin.http.Context;
import java.util.Optional;

/**
 * The account that sends a request, and its permissions.
 *
 * @param name name of the account; "-" without authentication
 * @param advertiser the advertiser to whose campaigns and statistics it is limited; empty for all
 */
public record RequestPrincipal(String name, ReportsRole role, Optional<String> advertiser) {
    private static final String ATTRIBUTE = "caller";

    public static RequestPrincipal of(Context context) {
        RequestPrincipal caller = context.attribute(ATTRIBUTE);
        if (caller == null) {
            throw new IllegalStateException(
                    "expected an authenticated request of " + context.path() + ", found none: give its route a role");
        }
        return caller;
    }

    void keepIn(Context context) {
        context.attribute(ATTRIBUTE, this);
    }

    public boolean maySee(String someAdvertiser) {
        return advertiser.isEmpty() || advertiser.get().equals(someAdvertiser);
    }

    /** Rejects accounts whose role does not include another one. */
    public void requireRole(ReportsRole needed) {
        if (!role.covers(needed)) {
            throw ProblemException.forbidden("account " + name + " has the role " + role.label()
                    + ", and this request requires the role " + needed.label());
        }
    }

    /** Rejects accounts that are limited to one advertiser. */
    public void requireAllAdvertisers() {
        if (advertiser.isPresent()) {
            throw ProblemException.forbidden("account " + name + " is limited to advertiser " + advertiser.get()
                    + ", and this request concerns all advertisers");
        }
    }
}
