package io.lightflow.reports.http;

import io.javalin.http.Context;
import java.util.Optional;

/**
 * Who sends a request.
 *
 * @param name of the account; "-" where nobody is asked
 * @param advertiser whose campaigns and figures alone it may see and change; empty for all
 */
public record Caller(String name, Role role, Optional<String> advertiser) {
    private static final String ATTRIBUTE = "caller";

    public static Caller of(Context context) {
        Caller caller = context.attribute(ATTRIBUTE);
        if (caller == null) {
            throw new IllegalStateException("nobody was asked who sends " + context.path() + ": give its route a role");
        }
        return caller;
    }

    void keepIn(Context context) {
        context.attribute(ATTRIBUTE, this);
    }

    public boolean maySee(String someAdvertiser) {
        return advertiser.isEmpty() || advertiser.get().equals(someAdvertiser);
    }

    /** For what concerns all advertisers together. */
    public void requireAllAdvertisers() {
        if (advertiser.isPresent()) {
            throw ProblemException.forbidden("account " + name + " is limited to advertiser " + advertiser.get()
                    + ", and this is about all of them");
        }
    }
}
