package io.lightflow.reports.login;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.source.JWKSetSource;
import com.nimbusds.jose.jwk.source.JWKSetSourceWithHealthStatusReporting;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.jwk.source.URLBasedJWKSetSource;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jose.util.health.HealthStatus;
import com.nimbusds.jwt.JWT;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.ErrorObject;
import com.nimbusds.oauth2.sdk.GeneralException;
import com.nimbusds.oauth2.sdk.OAuth2Error;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.ClientSecretPost;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import io.lightflow.reports.login.ProviderOutage.Part;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** A provider whose metadata were read. Thread-safe. */
final class OpenIdProvider {
    private static final int TIMEOUT_MS = (int) Duration.ofSeconds(5).toMillis();
    private static final int MAX_KEYS_BYTES = 1 << 20;
    private static final int MAX_CLOCK_SKEW_SECONDS = 60;
    private static final int SERVER_FAILURE = 500;
    /** Signatures by keys that only the provider has. */
    private static final Set<JWSAlgorithm> ALGORITHMS =
            Set.of(JWSAlgorithm.RS256, JWSAlgorithm.PS256, JWSAlgorithm.ES256);

    private final OpenIdSettings settings;
    private final OIDCProviderMetadata metadata;
    private final IDTokenValidator validator;
    private final ProviderOutage outage;

    private OpenIdProvider(
            OpenIdSettings settings, OIDCProviderMetadata metadata, IDTokenValidator validator, ProviderOutage outage) {
        this.settings = settings;
        this.metadata = metadata;
        this.validator = validator;
        this.outage = outage;
    }

    /** @throws UnavailableException if the provider does not answer, or answers for another issuer */
    static OpenIdProvider discover(OpenIdSettings settings, ProviderOutage outage) throws UnavailableException {
        try {
            Issuer issuer = new Issuer(settings.issuer());
            OIDCProviderMetadata metadata = OIDCProviderMetadata.resolve(issuer, TIMEOUT_MS, TIMEOUT_MS);
            if (Stream.of(
                            metadata.getAuthorizationEndpointURI(),
                            metadata.getTokenEndpointURI(),
                            metadata.getJWKSetURI())
                    .anyMatch(Objects::isNull)) {
                throw new UnavailableException(
                        Part.METADATA,
                        "the metadata of " + issuer + " lack authorization_endpoint, token_endpoint or jwks_uri");
            }
            outage.end(Part.METADATA);
            JWKSource<SecurityContext> keys = keys(metadata.getJWKSetURI(), outage);
            // Reads the keys once.
            keys.get(new JWKSelector(new JWKMatcher.Builder().build()), null);
            IDTokenValidator validator = new IDTokenValidator(
                    issuer,
                    new ClientID(settings.clientId()),
                    new JWSVerificationKeySelector<>(ALGORITHMS, keys),
                    null);
            validator.setMaxClockSkew(MAX_CLOCK_SKEW_SECONDS);
            return new OpenIdProvider(settings, metadata, validator, outage);
        } catch (GeneralException | IOException e) {
            throw new UnavailableException(
                    Part.METADATA, "reading the metadata of " + settings.issuer() + " failed: " + e, e);
        } catch (JOSEException e) {
            throw unreadableKeys(settings, e);
        }
    }

    /**
     * Keys that are read again after 5 minutes, or for a token with an unknown key, but at most twice in 30 seconds. If
     * they cannot be read, the former ones stay valid for 50 minutes.
     */
    private static JWKSource<SecurityContext> keys(URI address, ProviderOutage outage) throws IOException {
        JWKSetSource<SecurityContext> read = new JWKSetSourceWithHealthStatusReporting<>(
                new URLBasedJWKSetSource<>(
                        address.toURL(), new DefaultResourceRetriever(TIMEOUT_MS, TIMEOUT_MS, MAX_KEYS_BYTES)),
                report -> {
                    if (report.getHealthStatus() == HealthStatus.HEALTHY) {
                        outage.end(Part.KEYS);
                    } else {
                        outage.start(Part.KEYS, "reading the keys at " + address + " failed: " + report.getException());
                    }
                });
        return JWKSourceBuilder.create(read)
                .refreshAheadCache(false)
                .outageTolerant(true)
                .build();
    }

    private static UnavailableException unreadableKeys(OpenIdSettings settings, JOSEException cause) {
        return new UnavailableException(
                Part.KEYS, "reading the keys of " + settings.issuer() + " failed: " + cause, cause);
    }

    /** The provider does not answer. */
    static final class UnavailableException extends Exception {
        private static final long serialVersionUID = 1L;

        private final Part part;

        UnavailableException(Part part, String message) {
            this(part, message, null);
        }

        UnavailableException(Part part, String message, Throwable cause) {
            super(message, cause);
            this.part = part;
        }

        Part part() {
            return part;
        }
    }

    /** A code or a token is not valid. */
    static final class InvalidException extends Exception {
        private static final long serialVersionUID = 1L;

        InvalidException(String message) {
            super(message);
        }

        InvalidException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * A log-in that begins.
     *
     * @param url where the browser goes
     * @param state what the provider must send back
     * @param nonce what the token must contain
     * @param verifier what proves that the same browser redeems the code
     */
    record Start(URI url, String state, String nonce, String verifier) {}

    Start start() {
        State state = new State();
        Nonce nonce = new Nonce();
        CodeVerifier verifier = new CodeVerifier();
        URI url = new AuthenticationRequest.Builder(
                        ResponseType.CODE,
                        new Scope(settings.scopes().toArray(String[]::new)),
                        new ClientID(settings.clientId()),
                        settings.redirect())
                .endpointURI(metadata.getAuthorizationEndpointURI())
                .state(state)
                .nonce(nonce)
                .codeChallenge(verifier, CodeChallengeMethod.S256)
                .build()
                .toURI();
        return new Start(url, state.getValue(), nonce.getValue(), verifier.getValue());
    }

    /** Redeems a code for a valid token. */
    String redeem(String code, String verifier, String nonce) throws InvalidException, UnavailableException {
        try {
            HTTPRequest request = new TokenRequest.Builder(
                            metadata.getTokenEndpointURI(),
                            authentication(),
                            new AuthorizationCodeGrant(
                                    new AuthorizationCode(code), settings.redirect(), new CodeVerifier(verifier)))
                    .build()
                    .toHTTPRequest();
            request.setConnectTimeout(TIMEOUT_MS);
            request.setReadTimeout(TIMEOUT_MS);
            request.setFollowRedirects(false);
            HTTPResponse answer = request.send();
            if (answer.getStatusCode() >= SERVER_FAILURE) {
                throw new UnavailableException(
                        Part.CODES,
                        "redeeming a code at " + settings.issuer() + " failed with the status "
                                + answer.getStatusCode());
            }
            TokenResponse response = OIDCTokenResponseParser.parse(answer);
            if (!response.indicatesSuccess()) {
                InvalidException rejection =
                        rejection(response.toErrorResponse().getErrorObject());
                outage.end(Part.CODES);
                throw rejection;
            }
            outage.end(Part.CODES);
            JWT token = ((OIDCTokenResponse) response.toSuccessResponse())
                    .getOIDCTokens()
                    .getIDToken();
            validate(token, new Nonce(nonce));
            return token.getParsedString();
        } catch (ParseException | IllegalArgumentException e) {
            throw new InvalidException("the code cannot be redeemed: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UnavailableException(Part.CODES, "redeeming a code at " + settings.issuer() + " failed: " + e, e);
        }
    }

    /** @throws UnavailableException if the settings are wrong, and no code can be redeemed */
    private InvalidException rejection(ErrorObject reason) throws UnavailableException {
        String code = Optional.ofNullable(reason.getCode()).orElse("no reason was given");
        if (List.of(OAuth2Error.INVALID_CLIENT_CODE, OAuth2Error.UNAUTHORIZED_CLIENT_CODE)
                .contains(code)) {
            throw new UnavailableException(
                    Part.CODES, settings.issuer() + " rejects openId.clientId or the secret of the settings: " + code);
        }
        return new InvalidException("the provider rejected the code: " + code);
    }

    private ClientAuthentication authentication() {
        ClientID client = new ClientID(settings.clientId());
        Secret secret = new Secret(settings.clientSecret().get());
        List<ClientAuthenticationMethod> methods = metadata.getTokenEndpointAuthMethods();
        return methods != null
                        && methods.contains(ClientAuthenticationMethod.CLIENT_SECRET_POST)
                        && !methods.contains(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
                ? new ClientSecretPost(client, secret)
                : new ClientSecretBasic(client, secret);
    }

    /** The claims of a token that is genuine, for this server, and not expired. */
    Map<String, Object> claims(JWT token) throws InvalidException, UnavailableException {
        return validate(token, null).toJSONObject();
    }

    private IDTokenClaimsSet validate(JWT token, Nonce nonce) throws InvalidException, UnavailableException {
        try {
            return validator.validate(token, nonce);
        } catch (BadJOSEException e) {
            throw new InvalidException("the token is not valid: " + e.getMessage(), e);
        } catch (RateLimitReachedException e) {
            if (outage.lasts(Part.KEYS)) {
                throw unreadableKeys(settings, e);
            }
            throw new InvalidException("the token is not valid: its key is unknown", e);
        } catch (JOSEException e) {
            throw unreadableKeys(settings, e);
        }
    }
}
