package io.lightflow.reports.login;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.lightflow.reports.http.BodyFields;
import io.lightflow.reports.http.Feature;
import io.lightflow.reports.http.Parameters;
import io.lightflow.reports.http.ProblemException;
import io.lightflow.reports.http.ReportsJson;
import io.lightflow.reports.http.ReportsRole;
import io.lightflow.service.access.RateLimit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;

/** {@code /v1/login}: how the dashboard logs people in at a provider of OpenID Connect. */
public final class OpenIdApi implements Feature {
    private static final Set<String> FIELDS = Set.of("code", "nonce", "verifier");
    private static final int MAX_CHARACTERS = 4_000;
    /** Anybody may send codes, and each is a request to the provider. Fewer than the requests that verify tokens. */
    private static final int MAX_REDEEMED_AT_ONCE = 8;
    /** Of one address, which many people of one company may share. */
    private static final int MAX_REDEEMED_PER_SECOND = 5;

    private static final int MAX_REDEEMED_BURST = 50;

    private final Optional<OpenIdLogin> login;
    private final RateLimit rate = new RateLimit(MAX_REDEEMED_PER_SECOND, MAX_REDEEMED_BURST);
    private final Semaphore redeeming = new Semaphore(MAX_REDEEMED_AT_ONCE);

    /** @param login empty if the settings have no provider */
    public OpenIdApi(Optional<OpenIdLogin> login) {
        this.login = login;
    }

    @Override
    public String description() {
        return "login.yaml";
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/v1/login", ReportsJson.handler(this::start), ReportsRole.OPEN);
        routes.post("/v1/login", ReportsJson.handler(this::redeem), ReportsRole.OPEN);
    }

    private OpenIdLogin login() {
        return login.orElseThrow(() -> ProblemException.notFound("the settings of this server have no openId"));
    }

    private OpenIdProvider.Start start(Context context) {
        Parameters.of(context);
        return login().start();
    }

    private record TokenResponse(String token) {}

    private TokenResponse redeem(Context context) {
        BodyFields fields = new BodyFields(ReportsJson.object(context, ReportsJson.CONTENT_TYPE));
        fields.allowOnly(FIELDS, Set.of(), "a log-in");
        List<String> values = List.of("code", "verifier", "nonce").stream()
                .map(name -> String.valueOf(fields.text(
                        name,
                        null,
                        "a string of 1 to " + MAX_CHARACTERS + " characters",
                        text -> !text.isBlank() && text.length() <= MAX_CHARACTERS)))
                .toList();
        fields.check();
        OpenIdLogin known = login();
        if (!rate.allows(context.ip(), 1) || !redeeming.tryAcquire()) {
            throw ProblemException.tooManyRequests(context, "too many people log in at the same time");
        }
        try {
            return new TokenResponse(known.redeem(values.get(0), values.get(1), values.get(2)));
        } finally {
            redeeming.release();
        }
    }
}
