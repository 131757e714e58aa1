package io.lightflow.reports.login;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.reports.http.ReportsAccount;
import io.lightflow.reports.http.ReportsAccounts;
import io.lightflow.reports.http.ReportsRole;
import io.lightflow.reports.http.RequestPrincipal;
import io.lightflow.reports.login.OpenIdSettings.ClaimMapping;
import io.lightflow.reports.server.ReportsServer;
import io.lightflow.reports.server.ReportsSettings;
import io.lightflow.reports.server.ReportsTestDatabase;
import io.lightflow.reports.server.TestClient;
import io.lightflow.service.access.TokenHash;
import io.lightflow.service.browser.Browser;
import io.lightflow.service.browser.Chromium;
import io.lightflow.service.browser.Tab;
import io.lightflow.service.http.HttpSettings;
import io.lightflow.service.settings.Secret;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import no.nav.security.mock.oauth2.MockOAuth2Server;
import no.nav.security.mock.oauth2.token.DefaultOAuth2TokenCallback;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Log-ins at a real provider of OpenID Connect, which runs in this process. */
class OpenIdLoginTest {
    private static final String TOKEN = "token-of-the-manager-0123";
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final String CLIENT = "lightflow";
    private static final ClaimMapping CLAIMS = new ClaimMapping(
            "email",
            "realm_access.roles",
            Map.of("ads-managers", ReportsRole.MANAGER, "everybody", ReportsRole.VIEWER),
            Optional.of("advertiser"));

    @TempDir
    private static Path profile;

    private static MockOAuth2Server provider;
    private static ReportsServer server;

    @BeforeAll
    static void start() throws Exception {
        provider = new MockOAuth2Server();
        provider.start(InetAddress.getLoopbackAddress(), 0);
        ReportsTestDatabase database = ReportsTestDatabase.fresh();
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        ReportsSettings settings = ReportsSettings.of(port, database.settings());
        server = new ReportsServer(settings.withHttp(new HttpSettings(
                                HttpSettings.DEFAULT_BIND,
                                port,
                                ReportsSettings.DEFAULT_MAX_REQUEST_BYTES,
                                Optional.empty()))
                        .withAccess(new ReportsAccounts(List.of(new ReportsAccount(
                                "mara", TokenHash.of(TOKEN), ReportsRole.MANAGER, Optional.empty()))))
                        .withOpenId(new OpenIdSettings(
                                provider.issuerUrl("ads").uri(),
                                CLIENT,
                                Secret.of("secret"),
                                URI.create("http://127.0.0.1:" + port),
                                "Acme & Co",
                                OpenIdSettings.DEFAULT_SCOPES,
                                CLAIMS)))
                .start();
    }

    @AfterAll
    static void stop() {
        server.close();
        provider.shutdown();
    }

    private static String token(String issuer, String audience, long expirySeconds, Map<String, Object> claims) {
        return provider.issueToken(
                        issuer,
                        CLIENT,
                        new DefaultOAuth2TokenCallback(
                                issuer, "subject", "JWT", List.of(audience), claims, expirySeconds))
                .serialize();
    }

    private static Map<String, Object> claims(String email, String advertiser, String... roles) {
        return Map.of("email", email, "advertiser", advertiser, "realm_access", Map.of("roles", List.of(roles)));
    }

    private static TestClient client(String token) {
        return new TestClient(server.url(), token);
    }

    @Test
    void claimsGiveRoleAndAdvertiser() throws Exception {
        String manager = token("ads", CLIENT, 60, claims("eve@acme.example", "acme", "everybody", "ads-managers"));
        assertThat(client(manager).get(200, "/v1/me").toString())
                .isEqualTo("{\"name\":\"eve@acme.example\",\"role\":\"manager\",\"advertiser\":\"acme\"}");
        client(manager).get(403, "/v1/shards");
        String viewer = token("ads", CLIENT, 60, claims("vic@acme.example", "*", "everybody"));
        assertThat(client(viewer).get(200, "/v1/me").toString())
                .isEqualTo("{\"name\":\"vic@acme.example\",\"role\":\"viewer\",\"advertiser\":null}");
        client(viewer).get(200, "/v1/shards");
        client(viewer).call(403, "POST", "/v1/campaigns", "{}");
    }

    @Test
    void otherTokensAreRejected() throws Exception {
        Map<String, Object> good = claims("eve@acme.example", "acme", "ads-managers");
        client(token("ads", "another-client", 60, good)).get(401, "/v1/me");
        for (int i = 0; i < 4; i++) {
            client(token("another-issuer", CLIENT, 60, good)).get(401, "/v1/me");
        }
        client(token("ads", CLIENT, -120, good)).get(401, "/v1/me");
        client(token("ads", CLIENT, 60, claims("eve@acme.example", "acme", "strangers")))
                .get(401, "/v1/me");
        client(token(
                        "ads",
                        CLIENT,
                        60,
                        Map.of("email", "e@acme.example", "realm_access", Map.of("roles", List.of("everybody")))))
                .get(401, "/v1/me");
        // The name of an account of the settings.
        assertThat(client(token("ads", CLIENT, 60, claims("mara", "*", "ads-managers")))
                        .get(403, "/v1/me")
                        .path("detail")
                        .asText())
                .contains("mara, is that of an account of the settings: rename that account");
        String token = token("ads", CLIENT, 60, good);
        client(token.substring(0, token.lastIndexOf('.') + 1)).get(401, "/v1/me");
        client(token.substring(0, token.length() - 6) + "AAAAAA").get(401, "/v1/me");
        client("eyJhbGciOiJub25lIn0." + token.split("\\.")[1] + ".").get(401, "/v1/me");
        client(TOKEN).get(200, "/v1/me");
    }

    @Test
    void aCodeThatIsNotOfTheProviderIsRejected() throws Exception {
        TestClient nobody = client(null);
        assertThat(nobody.get(200, "/v1/login").path("url").asText())
                .startsWith(provider.issuerUrl("ads") + "/authorize?")
                .contains("code_challenge_method=S256", "client_id=lightflow");
        nobody.call(422, "POST", "/v1/login", "{\"code\":\"\"}");
        assertThat(nobody.call(
                                400,
                                "POST",
                                "/v1/login",
                                "{\"code\":\"forged\",\"verifier\":\"" + "v".repeat(43) + "\",\"nonce\":\"n\"}")
                        .path("type")
                        .asText())
                .endsWith("login-failed");
    }

    @Test
    void theHighestRoleCountsAndAMissingClaimGivesNone() {
        ClaimReader reader = new ClaimReader(new ClaimMapping(
                "sub", "groups", Map.of("a", ReportsRole.ANALYST, "b", ReportsRole.VIEWER), Optional.empty()));
        assertThat(reader.principal(Map.of("sub", "s", "groups", List.of("b", "a", "c"))))
                .contains(new RequestPrincipal("s", ReportsRole.ANALYST, Optional.empty()));
        assertThat(reader.principal(Map.of("sub", "s", "groups", "b")))
                .contains(new RequestPrincipal("s", ReportsRole.VIEWER, Optional.empty()));
        assertThat(reader.principal(Map.of("sub", "s"))).isEmpty();
        assertThat(reader.principal(Map.of("sub", " ", "groups", "b"))).isEmpty();
        ClaimReader byAddress =
                new ClaimReader(new ClaimMapping("email", "r", Map.of("b", ReportsRole.VIEWER), Optional.empty()));
        assertThat(byAddress.principal(Map.of("email", "e@a.example", "r", "b", "email_verified", true)))
                .isPresent();
        assertThat(byAddress.principal(Map.of("email", "e@a.example", "r", "b", "email_verified", false)))
                .isEmpty();
        assertThat(reader.principal(Map.of("sub", 7, "groups", Map.of("a", "b"))))
                .isEmpty();
    }

    /** Pages lead to others meanwhile, and each ends what the former one evaluates. */
    private static void awaitTextOfTheLastPage(Tab tab, String selector, String text) {
        long begun = System.nanoTime();
        while (true) {
            try {
                tab.awaitText(selector, text);
                return;
            } catch (AssertionError e) {
                boolean hasLeft =
                        e.getMessage().contains("navigated") || e.getMessage().contains("context");
                if (!hasLeft || System.nanoTime() - begun > DEADLINE.toNanos()) {
                    throw e;
                }
            }
        }
    }

    @Test
    @EnabledIf(
            value = "io.lightflow.service.browser.Chromium#isInstalled",
            disabledReason = "PATH names no Chromium or Chrome. Install one, such as Debian's package chromium.")
    void aBrowserLogsInAndReturnsToItsPage() throws Exception {
        provider.enqueueCallback(new DefaultOAuth2TokenCallback(
                "ads", "subject", "JWT", List.of(CLIENT), claims("eve@acme.example", "acme", "ads-managers"), 3_600));
        try (Browser browser = Browser.start(Chromium.find().orElseThrow(), profile);
                Tab tab = browser.open(1360, 900)) {
            tab.prefer("light");
            tab.go(URI.create(server.url() + "/explore#metric=clicks"));
            tab.awaitText("#provider", "Log in with Acme & Co");
            tab.screenshot("login-provider");
            assertThat(tab.barriers()).isEmpty();
            tab.load(() -> tab.evaluate("document.getElementById('provider').click(); 0"));
            awaitTextOfTheLastPage(tab, "#account", "eve@acme.example, manager of acme");
            assertThat(tab.evaluate("location.pathname + location.hash").asText())
                    .isEqualTo("/explore#metric=clicks");
            tab.load(() -> tab.evaluate("document.getElementById('logout').click(); 0"));
            tab.go(URI.create(server.url() + "/login?code=stolen&state=other"));
            awaitTextOfTheLastPage(tab, "#login-error", "This log-in was not begun in this tab");
            assertThat(tab.errors()).isEmpty();
        }
    }
}
