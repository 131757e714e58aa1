package io.lightflow.reports.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.reports.http.ReportsAccount;
import io.lightflow.reports.http.ReportsAccounts;
import io.lightflow.reports.http.ReportsRole;
import io.lightflow.reports.query.QuerySettings;
import io.lightflow.reports.query.ScriptedWorker;
import io.lightflow.reports.server.ReportsServer;
import io.lightflow.reports.server.ReportsSettings;
import io.lightflow.reports.server.ReportsTestDatabase;
import io.lightflow.service.access.TokenHash;
import io.lightflow.service.browser.Browser;
import io.lightflow.service.browser.Chromium;
import io.lightflow.service.browser.Tab;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** In a real Chromium, the pages about events run queries and follow events, on all devices. */
@EnabledIf(
        value = "io.lightflow.service.browser.Chromium#isInstalled",
        disabledReason = "PATH names no Chromium or Chrome. Install one, such as Debian's package chromium.")
class EventPagesTest {
    private static final String ANALYST = "token-of-the-analyst-0";
    private static final String VIEWER = "token-of-the-viewer-0";
    private static final String BY_CAMPAIGN = "rows [{\"campaign\": \"spring\", \"clicks\": 3},"
            + " {\"campaign\": \"<b>summer</b>\", \"clicks\": 1}, {\"campaign\": null, \"clicks\": 2}]";
    private static final String BY_HOUR = "rows [{\"h\": \"2026-01-18 20:00:00+00\", \"clicks\": 3},"
            + " {\"h\": \"2026-01-18 21:00:00+00\", \"clicks\": 5}]";

    @TempDir
    private static Path profile;

    private static ReportsServer server;
    private static Browser browser;

    private Tab tab;

    @BeforeAll
    static void start() throws Exception {
        server = new ReportsServer(
                        ReportsSettings.of(0, ReportsTestDatabase.fresh().settings())
                                .withAccess(new ReportsAccounts(List.of(
                                        account("ana", ANALYST, ReportsRole.ANALYST),
                                        account("vic", VIEWER, ReportsRole.VIEWER))))
                                .withQueries(QuerySettings.of(List.of(Path.of("us.yaml")))),
                        ScriptedWorker.command())
                .start();
        browser = Browser.start(Chromium.find().orElseThrow(), profile);
    }

    private static ReportsAccount account(String name, String token, ReportsRole role) {
        return new ReportsAccount(name, TokenHash.of(token), role, Optional.empty());
    }

    @AfterAll
    static void stop() throws Exception {
        if (browser != null) {
            browser.close();
            server.close();
        }
    }

    @AfterEach
    void noErrorsOccurredAndNoOtherHostWasRequested() {
        List<String> errors = tab.errors();
        List<URI> requests = tab.requests();
        tab.close();
        assertThat(errors).isEmpty();
        assertThat(requests).isNotEmpty().allSatisfy(request -> assertThat(
                        List.of("data", "blob").contains(request.getScheme()) || "127.0.0.1".equals(request.getHost()))
                .as(request.toString())
                .isTrue());
    }

    private void open(String page, String token) throws Exception {
        tab = browser.open(1360, 900);
        tab.prefer("light");
        tab.go(URI.create(server.url() + page));
        tab.await("document.activeElement.id === 'token'");
        tab.type(token);
        tab.press("Enter");
    }

    private void openEditor() throws Exception {
        open("/sql", ANALYST);
        tab.await("document.querySelectorAll('#schema summary').length === 2");
    }

    private void run(String sql) {
        tab.evaluate("document.getElementById('sql').value = ''; document.getElementById('sql').focus(); 0");
        tab.type(sql);
        tab.tabTo("Run");
        tab.press("Enter");
    }

    @Test
    void theDashboardLinksToThePages() throws Exception {
        open("/", ANALYST);
        tab.awaitText("#account", "ana, analyst");
        assertThat(tab.strings("#bar nav a"))
                .containsExactly("Dashboard", "Overview", "Explore", "Alerts", "Health", "SQL", "Why");
        assertThat(tab.text("#bar nav a[aria-current]")).isEqualTo("Dashboard");
        tab.load(() -> tab.evaluate("document.querySelector('#bar nav a[href=\"./sql\"]').click(); 0"));
        tab.await("document.querySelectorAll('#schema summary').length === 2");
    }

    @Test
    void theTablesAndTheirNestedColumnsAreListed() throws Exception {
        openEditor();
        assertThat(tab.strings("#schema summary")).containsExactly("us.clicks", "us.joined_clicks");
        assertThat(tab.strings("#schema li"))
                .containsExactly(
                        "us.clicks",
                        "id varchar",
                        "us.joined_clicks",
                        "event_time timestamp with time zone",
                        "impression.campaignId varchar",
                        "impression.origin.a,b bigint",
                        "impression.price decimal(18,2)");
        tab.evaluate("document.querySelectorAll('#schema details')[1].open = true;"
                + " document.querySelectorAll('#schema button')[4].click(); 0");
        assertThat(tab.evaluate("document.getElementById('sql').value").asText())
                .isEqualTo("impression.campaignId");
        assertThat(tab.barriers()).isEmpty();
    }

    @Test
    void aResultIsATableAndAChart() throws Exception {
        openEditor();
        run(BY_CAMPAIGN);
        tab.awaitText("#result .as-of", "3 rows, after ");
        assertThat(tab.strings("#rows td")).containsExactly("spring", "3", "<b>summer</b>", "1", "null", "2");
        assertThat(tab.strings("#chart dt")).containsExactly("spring", "<b>summer</b>");
        tab.screenshot("sql");
        assertThat(tab.barriers()).isEmpty();

        run(BY_HOUR);
        tab.await("document.querySelector('#chart canvas')");
        assertThat(tab.text("#chart .readout")).isEqualTo("5 at 2026-01-18 21:00:00");
        assertThat(tab.evaluate("new URLSearchParams(location.hash.slice(1)).get('sql')")
                        .asText())
                .isEqualTo(BY_HOUR);
        tab.prefer("dark");
        tab.screenshot("sql-dark");
        assertThat(tab.barriers()).isEmpty();
        tab.resize(360, 740);
        tab.await("document.querySelector('#chart canvas').clientWidth < 360");
        tab.assertFits(360);
        tab.screenshot("sql-narrow");
    }

    @Test
    void aResultIsDownloaded() throws Exception {
        openEditor();
        run(BY_CAMPAIGN);
        tab.awaitText("#result .as-of", "3 rows");
        tab.evaluate("window.downloads = []; HTMLAnchorElement.prototype.click = function () {"
                + " window.downloads.push(this.download + ' ' + this.href.slice(0, 5)); }; 0");
        tab.evaluate("const choice = document.getElementById('download'); choice.value = 'csv';"
                + " choice.dispatchEvent(new Event('change')); 0");
        tab.evaluate("new Promise((done) => { const look = () => window.downloads.length ? done(0)"
                + " : requestAnimationFrame(look); look(); })");
        assertThat(tab.evaluate("window.downloads[0]").asText()).isEqualTo("result.csv blob:");
    }

    @Test
    void aRejectedQueryIsReportedAndARunningOneCanBeCancelled() throws Exception {
        openEditor();
        run("REJECTED");
        tab.awaitText("#failure", "The query cannot be run: because it says so.");
        assertThat(tab.barriers()).isEmpty();
        tab.ignoreErrors("status of 422");

        run("hang " + profile.resolve("hanging"));
        tab.await("!document.getElementById('cancel').disabled");
        tab.evaluate("document.getElementById('cancel').click(); 0");
        tab.awaitText("#failure", "The request was cancelled.");
        run(BY_HOUR);
        tab.awaitText("#result .as-of", "2 rows");
    }

    @Test
    void invalidTrafficIsCountedByRule() throws Exception {
        open("/explore#from=2026-06-02T00:00&to=2026-06-03T00:00&zone=UTC", VIEWER);
        tab.awaitText("#invalid-traffic .empty", "The archive answers, which takes seconds.");
        tab.tabTo("Count");
        tab.press("Enter");
        tab.awaitText("#invalid-traffic tbody", "crawler");
        assertThat(tab.strings("#invalid-traffic th"))
                .containsExactly("rule", "campaign", "Effect", "impressions", "clicks", "conversions");
        assertThat(tab.strings("#invalid-traffic tr:nth-child(1) td"))
                .containsExactly("crawler", "spring", "invalid", "1,200", "3", "0");
        assertThat(tab.strings("#invalid-traffic tr:nth-child(2) td"))
                .startsWith("fast-click", "=summer", "valid (shadow)");
        assertThat(tab.strings("#invalid-traffic tr:nth-child(3) td")).startsWith("other (2)", "", "invalid");
        tab.screenshot("invalid-traffic");
        assertThat(tab.barriers()).isEmpty();
        tab.evaluate("location.hash += '&filter=country:DE'; 0");
        tab.awaitText("#invalid-traffic .empty", "The archive answers");
    }

    @Test
    void anAccountWithoutTheRoleIsTold() throws Exception {
        open("/sql", VIEWER);
        tab.awaitText("#schema .error", "this request requires the role analyst");
        tab.ignoreErrors("status of 403");
    }

    @Test
    void anEventIsFollowed() throws Exception {
        open("/why#id=v-1", ANALYST);
        tab.awaitText("#answer h2", "conversion v-1 of group us: joined");
        assertThat(tab.strings("#answer .station"))
                .containsExactly("produced", "central", "decided", "counted", "missing");
        assertThat(tab.strings("#answer .place")).contains("us-west.conversions-0 at 1014");
        assertThat(tab.strings("#answer h3")).containsExactly("Possible", "Other records of it", "Joined with", "Lost");
        assertThat(tab.strings("#answer .warn")).containsExactly("cannot look up the position of stats-counter");
        assertThat(tab.text("#answer details li"))
                .contains("stats_minute", "campaign=camp")
                .doesNotContain("creative");
        tab.screenshot("why");
        assertThat(tab.barriers()).isEmpty();
        tab.prefer("dark");
        tab.resize(360, 740);
        tab.assertFits(360);
        tab.screenshot("why-narrow");
        assertThat(tab.barriers()).isEmpty();

        tab.evaluate("document.querySelector('#answer .list a').click(); 0");
        tab.awaitText("#failure", "no event with the id c-2.");
        assertThat(tab.evaluate("document.getElementById('id').value").asText()).isEqualTo("c-2");
        assertThat(tab.strings("#answer h2")).isEmpty();
        tab.ignoreErrors("status of 404");
    }
}
