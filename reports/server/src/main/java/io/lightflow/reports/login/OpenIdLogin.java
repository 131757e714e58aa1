package io.lightflow.reports.login;

import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTParser;
import io.lightflow.reports.http.ProblemException;
import io.lightflow.reports.http.ReportsAccounts;
import io.lightflow.reports.http.RequestPrincipal;
import io.lightflow.reports.http.TokenVerifier;
import io.lightflow.reports.login.OpenIdProvider.InvalidException;
import io.lightflow.reports.login.OpenIdProvider.Start;
import io.lightflow.reports.login.OpenIdProvider.UnavailableException;
import java.text.ParseException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Logs people in at a provider of OpenID Connect. The token of the provider is the bearer token of their requests, so
 * any server of the same settings accepts it until it expires. Thread-safe.
 */
public final class OpenIdLogin implements TokenVerifier {
    private static final Duration DISCOVERY_INTERVAL = Duration.ofSeconds(5);
    /**
     * While the provider does not answer, requests with its tokens hold no more threads; those of accounts need them.
     */
    private static final int MAX_AT_ONCE = 16;

    private static final Duration ADMISSION_TIMEOUT = Duration.ofMillis(500);

    private final OpenIdSettings settings;
    private final ReportsAccounts accounts;
    private final ClaimReader reader;
    private final ProviderOutage outage = new ProviderOutage();
    private final Semaphore admission = new Semaphore(MAX_AT_ONCE);
    private final ReentrantLock discovering = new ReentrantLock();
    private volatile OpenIdProvider provider;
    /** Guarded by the lock, like its time. */
    private Optional<UnavailableException> failedDiscovery = Optional.empty();

    private long failedAt;

    /** @param accounts of the settings, whose names nobody takes */
    public OpenIdLogin(OpenIdSettings settings, ReportsAccounts accounts) {
        this.settings = settings;
        this.accounts = accounts;
        this.reader = new ClaimReader(settings.claims());
    }

    private interface Work<T> {
        T at(OpenIdProvider provider) throws InvalidException, UnavailableException;
    }

    private <T> T with(Work<T> work) throws InvalidException {
        if (!isAdmitted()) {
            throw unavailable();
        }
        try {
            return work.at(provider());
        } catch (UnavailableException e) {
            outage.start(e.part(), e.getMessage());
            throw unavailable();
        } finally {
            admission.release();
        }
    }

    private boolean isAdmitted() {
        try {
            return admission.tryAcquire(ADMISSION_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static ProblemException unavailable() {
        return new ProblemException(
                503,
                "login-unavailable",
                "The log-in is unavailable",
                "the provider of OpenID Connect does not answer: retry later, or log in with the token of an account");
    }

    private OpenIdProvider provider() throws UnavailableException {
        OpenIdProvider known = provider;
        if (known != null) {
            return known;
        }
        discovering.lock();
        try {
            if (provider == null) {
                provider = discover();
            }
            return provider;
        } finally {
            discovering.unlock();
        }
    }

    private OpenIdProvider discover() throws UnavailableException {
        if (failedDiscovery.isPresent() && System.nanoTime() - failedAt < DISCOVERY_INTERVAL.toNanos()) {
            throw failedDiscovery.get();
        }
        try {
            return OpenIdProvider.discover(settings, outage);
        } catch (UnavailableException e) {
            failedDiscovery = Optional.of(e);
            failedAt = System.nanoTime();
            throw e;
        }
    }

    Start start() {
        try {
            return with(OpenIdProvider::start);
        } catch (InvalidException e) {
            throw new IllegalStateException("Beginning a log-in failed", e);
        }
    }

    /** @return a token of an account that may use this server */
    String redeem(String code, String verifier, String nonce) {
        String token;
        try {
            token = with(found -> found.redeem(code, verifier, nonce));
        } catch (InvalidException e) {
            throw new ProblemException(400, "login-failed", "The log-in failed", e.getMessage() + ": log in again");
        }
        RequestPrincipal principal = principal(token)
                .orElseThrow(() -> new ProblemException(
                        403,
                        "no-role",
                        "This account may not log in",
                        "the claims of its token give no role here, or lack name or advertiser: ask an operator to"
                                + " compare them with openId of the settings"));
        accounts.requireNoNamesake(principal);
        return token;
    }

    @Override
    public Optional<RequestPrincipal> principal(String token) {
        try {
            JWT parsed = JWTParser.parse(token);
            return reader.principal(with(found -> found.claims(parsed)));
        } catch (ParseException | InvalidException e) {
            return Optional.empty();
        }
    }
}
