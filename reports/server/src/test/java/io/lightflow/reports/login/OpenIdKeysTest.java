package io.lightflow.reports.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import io.lightflow.reports.http.ProblemException;
import io.lightflow.reports.http.ReportsAccounts;
import io.lightflow.reports.http.ReportsRole;
import io.lightflow.reports.login.OpenIdProvider.InvalidException;
import io.lightflow.reports.login.OpenIdSettings.ClaimMapping;
import io.lightflow.service.settings.Secret;
import io.lightflow.topology.postgres.LogCapture;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The keys of a provider, which change. */
class OpenIdKeysTest {
    private static final String CLIENT = "lightflow";
    private static final String SECRET = "secret-of-the-client-with-more-than-256-bits";
    private static final int KEY_BITS = 2_048;

    private final AtomicInteger reads = new AtomicInteger();
    private volatile RSAKey key;
    private HttpServer http;
    private String issuer;

    @BeforeEach
    void start() throws Exception {
        key = key("first");
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        issuer = "http://127.0.0.1:" + http.getAddress().getPort();
        serve(
                "/.well-known/openid-configuration",
                () -> "{\"issuer\":\"" + issuer + "\",\"authorization_endpoint\":\"" + issuer
                        + "/authorize\",\"token_endpoint\":\"" + issuer + "/token\",\"jwks_uri\":\"" + issuer
                        + "/keys\",\"subject_types_supported\":[\"public\"],\"response_types_supported\":[\"code\"],"
                        + "\"id_token_signing_alg_values_supported\":[\"RS256\"]}");
        serve("/keys", () -> {
            reads.incrementAndGet();
            return new JWKSet(key.toPublicJWK()).toString();
        });
        http.start();
    }

    @AfterEach
    void stop() {
        http.stop(0);
    }

    private void serve(String path, Supplier<String> body) {
        serve(path, () -> 200, body);
    }

    private void serve(String path, IntSupplier status, Supplier<String> body) {
        http.createContext(path, exchange -> {
            byte[] bytes = body.get().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(status.getAsInt(), bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
    }

    private static RSAKey key(String id) throws Exception {
        return new RSAKeyGenerator(KEY_BITS).keyID(id).generate();
    }

    private OpenIdSettings settings() {
        return new OpenIdSettings(
                URI.create(issuer),
                CLIENT,
                Secret.of(SECRET),
                URI.create("https://reports.example"),
                OpenIdSettings.DEFAULT_TITLE,
                OpenIdSettings.DEFAULT_SCOPES,
                new ClaimMapping("sub", "groups", Map.of("desk", ReportsRole.VIEWER), Optional.empty()));
    }

    private SignedJWT token(JWSAlgorithm algorithm, String keyId, JWSSigner signer, long expirySeconds)
            throws Exception {
        Instant now = Instant.now();
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(algorithm).keyID(keyId).build(),
                new JWTClaimsSet.Builder()
                        .issuer(issuer)
                        .audience(CLIENT)
                        .subject("eve")
                        .claim("groups", List.of("desk"))
                        .issueTime(Date.from(now.minusSeconds(600)))
                        .expirationTime(Date.from(now.plusSeconds(expirySeconds)))
                        .build());
        token.sign(signer);
        return token;
    }

    private SignedJWT token(RSAKey signingKey, long expirySeconds) throws Exception {
        return token(JWSAlgorithm.RS256, signingKey.getKeyID(), new RSASSASigner(signingKey), expirySeconds);
    }

    @Test
    void rotatedKeysAreReadAndUnknownKeysCauseFewReads() throws Exception {
        OpenIdProvider provider = OpenIdProvider.discover(settings(), new ProviderOutage());
        SignedJWT former = token(key, 300);
        assertThat(provider.claims(former)).containsEntry("sub", "eve");
        assertThat(reads).hasValue(1);
        key = key("second");
        assertThat(provider.claims(token(key, 300))).containsEntry("sub", "eve");
        assertThat(reads).hasValue(2);
        SignedJWT unknown = token(key("third"), 300);
        for (int i = 0; i < 50; i++) {
            assertThatThrownBy(() -> provider.claims(unknown)).isInstanceOf(InvalidException.class);
        }
        assertThatThrownBy(() -> provider.claims(former)).isInstanceOf(InvalidException.class);
        assertThat(reads.get()).isLessThan(20);
        assertThat(provider.claims(token(key, 300))).containsEntry("sub", "eve");
    }

    @Test
    void onlyKeysOfTheProviderSignAndClocksMayDifferByAMinute() throws Exception {
        OpenIdProvider provider = OpenIdProvider.discover(settings(), new ProviderOutage());
        SignedJWT byTheSecret = token(JWSAlgorithm.HS256, "first", new MACSigner(SECRET), 300);
        assertThatThrownBy(() -> provider.claims(byTheSecret)).isInstanceOf(InvalidException.class);
        SignedJWT byThePublicKey = token(
                JWSAlgorithm.HS256, "first", new MACSigner(key.toRSAPublicKey().getEncoded()), 300);
        assertThatThrownBy(() -> provider.claims(byThePublicKey)).isInstanceOf(InvalidException.class);
        RSAKey stranger = key("first");
        SignedJWT byAStranger = token(stranger, 300);
        assertThatThrownBy(() -> provider.claims(byAStranger)).isInstanceOf(InvalidException.class);
        assertThat(provider.claims(token(key, -30))).containsEntry("sub", "eve");
        SignedJWT expired = token(key, -61);
        assertThatThrownBy(() -> provider.claims(expired)).isInstanceOf(InvalidException.class);
    }

    /** Keys are read meanwhile, which does not end the outage. */
    @Test
    void anOutageIsOneLineAtItsStartAndOneAtItsEnd() throws Exception {
        AtomicInteger status = new AtomicInteger(503);
        serve("/token", status::get, () -> "{\"error\":\"invalid_grant\"}");
        try (LogCapture log = new LogCapture(ProviderOutage.class)) {
            OpenIdLogin login = new OpenIdLogin(settings(), ReportsAccounts.UNRESTRICTED);
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> login.redeem("code", "v".repeat(43), "nonce"))
                        .hasMessageStartingWith("the provider of OpenID Connect does not answer");
                if (i == 0) {
                    key = key("second");
                    assertThat(login.principal(token(key, 300).serialize())).isPresent();
                }
            }
            status.set(400);
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> login.redeem("code", "v".repeat(43), "nonce"))
                        .hasMessageContaining("the provider rejected the code: invalid_grant");
            }
            assertThat(log.lines())
                    .containsExactly(
                            "WARN The provider of log-ins is unavailable: redeeming a code at " + issuer
                                    + " failed with the status 503",
                            "INFO The provider of log-ins is available again");
        }
        assertThat(reads).hasValueGreaterThan(1);
    }

    @Test
    void anUnavailableProviderIsSaidSoAndKeysSurviveIt() throws Exception {
        OpenIdLogin login = new OpenIdLogin(settings(), ReportsAccounts.UNRESTRICTED);
        String token = token(key, 300).serialize();
        assertThat(login.principal(token)).isPresent();
        http.stop(0);
        assertThat(login.principal(token)).isPresent();
        assertThatThrownBy(() -> login.redeem("code", "v".repeat(43), "nonce"))
                .isInstanceOf(ProblemException.class)
                .hasMessageStartingWith("the provider of OpenID Connect does not answer");
        OpenIdLogin restarted = new OpenIdLogin(settings(), ReportsAccounts.UNRESTRICTED);
        assertThatThrownBy(restarted::start)
                .isInstanceOf(ProblemException.class)
                .hasMessageStartingWith("the provider of OpenID Connect does not answer");
        assertThatThrownBy(() -> restarted.principal(token)).isInstanceOf(ProblemException.class);
        assertThat(restarted.principal("token-of-nobody-0123")).isEmpty();
    }
}
