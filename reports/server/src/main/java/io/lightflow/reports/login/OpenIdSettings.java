package io.lightflow.reports.login;

import io.lightflow.reports.http.ReportsRole;
import io.lightflow.service.settings.Secret;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A provider of OpenID Connect, and what its claims mean here.
 *
 * @param issuer address of the provider; its metadata is below {@code /.well-known/openid-configuration}
 * @param clientId what this server is to the provider
 * @param url address of the dashboard, below which the provider sends browsers back to {@code /login}
 * @param title what people call the provider
 * @param scopes with openid
 */
public record OpenIdSettings(
        URI issuer,
        String clientId,
        Secret clientSecret,
        URI url,
        String title,
        List<String> scopes,
        ClaimMapping claims) {
    public static final List<String> DEFAULT_SCOPES = List.of("openid", "email");
    public static final String DEFAULT_TITLE = "single sign-on";

    public OpenIdSettings {
        Objects.requireNonNull(clientId, "clientId");
        Objects.requireNonNull(clientSecret, "clientSecret");
        Objects.requireNonNull(title, "title");
        Objects.requireNonNull(claims, "claims");
        requireSecure(issuer, "openId.issuer");
        requireSecure(url, "openId.url");
        scopes = List.copyOf(scopes);
        if (!scopes.contains("openid")) {
            throw new IllegalArgumentException("openId.scopes must contain openid, but is " + scopes);
        }
    }

    /** Tokens and codes pass there. */
    private static void requireSecure(URI address, String key) {
        boolean isLocal = address.getHost() != null
                && List.of("127.0.0.1", "localhost", "[::1]").contains(address.getHost());
        if (address.getHost() == null
                || !("https".equals(address.getScheme()) || isLocal && "http".equals(address.getScheme()))) {
            throw new IllegalArgumentException(
                    key + " must be a URL that begins with https://, but is '" + address + "'");
        }
    }

    URI redirect() {
        return URI.create(url.toString().replaceAll("/+$", "") + "/login");
    }

    /**
     * The meaning of a token's claims. A dot leads into an object: {@code realm_access.roles}.
     *
     * @param name the claim with the name in the audit
     * @param role the claim with groups or roles, a string or a list
     * @param roles the role that each value of that claim gives; of several, the highest counts
     * @param advertiser the claim with the advertiser to which the account is limited, or * for all; empty if no
     *     account is limited
     */
    public record ClaimMapping(String name, String role, Map<String, ReportsRole> roles, Optional<String> advertiser) {
        public static final String DEFAULT_NAME = "email";
        public static final String DEFAULT_ROLE = "groups";
        static final String ALL_ADVERTISERS = "*";

        public ClaimMapping {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(role, "role");
            Objects.requireNonNull(advertiser, "advertiser");
            roles = Map.copyOf(roles);
            if (roles.isEmpty() || roles.containsValue(ReportsRole.OPEN)) {
                throw new IllegalArgumentException("openId.roles must map values of the claim " + role
                        + " to viewer, analyst or manager, but is " + roles);
            }
        }
    }

    /** Omits the secret. */
    @Override
    public String toString() {
        return clientId + " at " + issuer;
    }
}
