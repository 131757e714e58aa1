package io.lightflow.reports.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.reports.http.ReportsAccount;
import io.lightflow.reports.http.ReportsAccounts;
import io.lightflow.reports.http.ReportsRole;
import io.lightflow.reports.server.ReportsServer;
import io.lightflow.reports.server.ReportsSettings;
import io.lightflow.reports.server.ReportsTestDatabase;
import io.lightflow.reports.statistics.WrittenStatistics;
import io.lightflow.service.access.TokenHash;
import io.lightflow.service.browser.Browser;
import io.lightflow.service.browser.Chromium;
import io.lightflow.service.browser.Tab;
import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Dimension;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsKey;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** In a real Chromium, the pages about figures show those of any range, on all devices. */
@EnabledIf(
        value = "io.lightflow.service.browser.Chromium#isInstalled",
        disabledReason = "PATH names no Chromium or Chrome. Install one, such as Debian's package chromium.")
class FiguresTest {
    private static final String VIEWER = "token-of-the-viewer-0123";
    /** The first of two days. On the second one, everything doubles but summer, which stops. */
    private static final Instant BEGIN = Instant.parse("2026-06-01T00:00:00Z");

    private static final String SECOND_DAY = "from=2026-06-02T00:00&to=2026-06-03T00:00&zone=UTC";

    @TempDir
    private static Path profile;

    private static WrittenStatistics written;
    private static ReportsServer server;
    private static Browser browser;

    private Tab tab;

    @BeforeAll
    static void start() throws Exception {
        ReportsTestDatabase database = ReportsTestDatabase.fresh();
        written = new WrittenStatistics(database);
        Statistics statistics = new Statistics();
        for (int hour = 0; hour < 48; hour++) {
            long factor = hour < 24 ? 1 : 2;
            count(statistics, hour, "spring", "DE", "EUR", 100 * factor);
            count(statistics, hour, "spring", "FR", "EUR", 20 * factor);
            count(statistics, hour, "autumn", "US", "USD", 5 * factor);
            if (hour < 24) {
                count(statistics, hour, "summer", "DE", "EUR", 30);
            }
        }
        written.commit(statistics, BEGIN.plus(Duration.ofHours(40)));
        server = new ReportsServer(ReportsSettings.of(0, database.settings())
                        .withAccess(new ReportsAccounts(List.of(new ReportsAccount(
                                "vic", TokenHash.of(VIEWER), ReportsRole.VIEWER, Optional.empty())))))
                .start();
        browser = Browser.start(Chromium.find().orElseThrow(), profile);
    }

    private static void count(
            Statistics statistics, int hour, String campaign, String country, String currency, long impressions) {
        Counts counts = statistics.minute(
                StatisticsKey.of(BEGIN.plus(Duration.ofHours(hour)).toEpochMilli())
                        .with(Dimension.CAMPAIGN, campaign)
                        .with(Dimension.CREATIVE, campaign + "-ad")
                        .with(Dimension.ADVERTISER, "acme")
                        .with(Dimension.COUNTRY, country)
                        .with(Dimension.DEVICE, "phone")
                        .with(Dimension.CURRENCY, currency));
        counts.impressions += impressions;
        counts.clicks += impressions / 10;
        counts.conversions += impressions / 100;
        counts.invalidClicks += impressions / 20;
        counts.spendMicros += impressions * 1_000;
        counts.revenueMicros += impressions * 2_000;
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.close();
            server.close();
            written.close();
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

    private void open(String page) throws Exception {
        tab = browser.open(1360, 900);
        tab.prefer("light");
        tab.go(URI.create(server.url() + page));
        tab.await("document.activeElement.id === 'token'");
        tab.type(VIEWER);
        tab.press("Enter");
    }

    private void choose(String id, String value) {
        tab.evaluate("{ const choice = document.getElementById('" + id + "'); choice.value = '" + value
                + "'; choice.dispatchEvent(new Event('change')); } 0");
    }

    private String address() {
        return tab.evaluate("location.hash").asText();
    }

    private List<String> tile(String name) {
        return tab.strings(".tiles [data-key='" + name + "'] dd");
    }

    @Test
    void theFiguresOfADayAreComparedWithThoseOfTheDayBefore() throws Exception {
        open("/overview#" + SECOND_DAY);
        tab.await("document.querySelectorAll('#overview canvas').length === 6");
        assertThat(tile("impressions")).containsExactly("6,000", "+61.3% from 3,720");
        assertThat(tile("clicks")).containsExactly("600", "+66.7% from 360");
        assertThat(tile("conversions")).containsExactly("48", "+100% from 24");
        assertThat(tile("spend_micros")).containsExactly("€5.76", "+60% from €3.60");
        assertThat(tile("revenue_micros")).containsExactly("€11.52", "+60% from €7.20");
        assertThat(tile("ctr")).containsExactly("10.00%", "+3.3% from 9.68%");
        assertThat(tile("ecpm").get(0)).isEqualTo("€1.0000");
        assertThat(tile("invalid").get(0)).isEqualTo("288");
        assertThat(tab.text("#overview .as-of")).startsWith("Not final: complete up to ");
        assertThat(tab.strings("#changes tbody th")).containsExactly("spring", "summer", "autumn");
        assertThat(tab.strings("#changes tr[data-key='\"summer\"'] td")).containsExactly("720", "0", "-720 (-100%)");
        tab.screenshot("overview");
        assertThat(tab.barriers()).isEmpty();

        choose("changes-by", "country");
        tab.awaitText("#changes tbody", "FR");
        choose("currency", "USD");
        tab.awaitText(".tiles [data-key='spend_micros'] .figure", "$0.24");
        assertThat(address()).contains("by=country", "currency=USD");

        tab.prefer("dark");
        tab.resize(360, 740);
        tab.await("document.querySelector('#overview canvas').clientWidth < 360");
        tab.assertFits(360);
        tab.screenshot("overview-narrow");
        assertThat(tab.barriers()).isEmpty();
    }

    @Test
    void aDragOverAChartZoomsInAndTheAddressRestoresTheRange() throws Exception {
        open("/overview#" + SECOND_DAY);
        tab.await("document.querySelectorAll('#overview canvas').length === 6");
        tab.drag("#overview .u-over", 0.3, 0.5);
        tab.await("!location.hash.includes('2026-06-03')");
        tab.awaitText("#overview .chart", "by minute");
        assertThat(address()).contains("from=2026-06-02T0");
        tab.evaluate("history.back()");
        tab.awaitText("#overview .chart", "by hour");
        assertThat(tile("impressions").get(0)).isEqualTo("6,000");

        tab.evaluate("[...document.querySelectorAll('#range button')].find((one) => one.textContent === 'Zoom out')"
                + ".click(); 0");
        tab.awaitText(".tiles [data-key='impressions'] .figure", "7,860");
        assertThat(tab.evaluate("document.querySelector('#range input').value").asText())
                .isEqualTo("2026-06-01T12:00");
    }

    @Test
    void daysAreThoseOfTheTimeZone() throws Exception {
        open("/overview#from=2026-05-25T00:00&to=2026-06-04T00:00&zone=Asia/Kolkata");
        tab.awaitText("#overview .chart", "by day");
        tab.awaitText(".tiles [data-key='impressions'] .figure", "9,720");
        assertThat(tab.text("#overview .as-of")).startsWith("Not final");
        assertThat(tab.text("#overview .readout")).contains("at Jun 1, 2026");
    }

    @Test
    void figuresAreExploredByAnyDimensions() throws Exception {
        open("/explore#" + SECOND_DAY + "&by=campaign&by=country&top=2");
        tab.await("document.querySelectorAll('#result tbody tr').length === 3");
        assertThat(tab.strings("#result tbody tr:first-child td"))
                .startsWith("spring", "DE", "EUR", "", "4,800", "480", "48", "€4.80");
        assertThat(tab.strings("#result tbody tr:last-child td")).startsWith("other (1)", "", "USD", "", "240", "24");
        tab.await("document.querySelectorAll('#result svg').length === 3");
        assertThat(tab.evaluate("document.querySelector('#result svg').getAttribute('aria-label')")
                        .asText())
                .isEqualTo("from 200 to 200");
        assertThat(tab.strings("#chart dt")).containsExactly("spring · DE", "spring · FR", "other (1)");
        assertThat(tab.text("#result .as-of")).startsWith("Not final: complete up to ");
        tab.screenshot("explore");
        assertThat(tab.barriers()).isEmpty();

        tab.evaluate("document.querySelector('#result tbody button').click(); 0");
        tab.awaitText("#filters", "campaign: spring");
        tab.await("document.querySelectorAll('#result tbody tr').length === 2");
        assertThat(address()).contains("filter=campaign%3Aspring");
        choose("metric", "ctr");
        choose("by-2", "");
        choose("step", "hour");
        tab.awaitText("#result tbody", "Jun 2, 2026, 05:00");
        tab.tabTo("Remove the filter campaign:spring");
        tab.press("Enter");
        tab.awaitText("#result tbody", "autumn");
        tab.prefer("dark");
        tab.resize(360, 740);
        tab.assertFits(360);
        tab.screenshot("explore-narrow");
        assertThat(tab.barriers()).isEmpty();
    }

    @Test
    void aPivotShowsOneMetricByTwoDimensions() throws Exception {
        open("/explore#" + SECOND_DAY + "&by=campaign&by=country&display=pivot&metric=clicks");
        tab.await("document.querySelectorAll('#result tbody tr').length === 2");
        assertThat(tab.strings("#result thead th")).containsExactly("campaign", "Currency", "DE", "FR", "US", "all");
        assertThat(tab.strings("#result tbody tr:first-child > *"))
                .containsExactly("spring", "EUR", "480", "96", "", "576");
        assertThat(tab.strings("#result tbody tr:last-child > *")).containsExactly("autumn", "USD", "", "", "24", "24");
        tab.screenshot("explore-pivot");
        assertThat(tab.barriers()).isEmpty();
        choose("by-2", "");
        tab.awaitText("#chart dl", "spring");
        choose("step", "hour");
        tab.await("document.querySelectorAll('#result thead th').length === 2 + 24 + 1");
        assertThat(tab.strings("#result tbody tr:first-child > :last-child")).containsExactly("576");
    }

    @Test
    void linesShowEachGroupOverTime() throws Exception {
        open("/explore#from=2026-06-01T00:00&to=2026-06-03T00:00&zone=UTC&display=lines&top=2");
        tab.await("document.querySelectorAll('#result svg').length === 3");
        assertThat(tab.strings("#result tbody tr:first-child > *"))
                .containsExactly("spring", "EUR", "", "120", "240", "8,640");
        assertThat(tab.strings("#result tbody tr:nth-child(2) > *"))
                .containsExactly("summer", "EUR", "", "0", "30", "720");
        assertThat(tab.evaluate("document.querySelector('#result svg').getAttribute('aria-label')")
                        .asText())
                .isEqualTo("from 120 to 240");
        tab.screenshot("explore-lines");
        assertThat(tab.barriers()).isEmpty();
        tab.prefer("dark");
        tab.resize(360, 740);
        tab.assertFits(360);
        assertThat(tab.barriers()).isEmpty();
    }

    @Test
    void aViewIsSavedAndSharedByALink() throws Exception {
        open("/explore#" + SECOND_DAY + "&by=country&metric=clicks");
        tab.awaitText("#result tbody", "DE");
        tab.evaluate("[...document.querySelectorAll('#views button')].find((one) => one.textContent === 'Save view')"
                + ".click(); 0");
        tab.await("document.activeElement === document.querySelector('#views form input')");
        tab.type("Clicks by country");
        tab.press("Enter");
        tab.awaitText("#notice", "The view Clicks by country is saved.");
        assertThat(tab.strings("#views option")).containsExactly("–", "Clicks by country");
        String link = tab.evaluate("document.querySelector('#views a').hash").asText();
        assertThat(link).matches("#view=\\d+");
        tab.screenshot("explore-view");
        assertThat(tab.barriers()).isEmpty();
        choose("by-1", "campaign");
        tab.awaitText("#result tbody", "spring");
        assertThat(tab.evaluate("document.querySelector('#views select').value").asText())
                .isEmpty();
        tab.evaluate("location.hash = '" + link + "'; 0");
        tab.awaitText("#result tbody", "DE");
        assertThat(address()).contains("by=country", "metric=clicks");
        tab.evaluate("[...document.querySelectorAll('#views button')].find((one) => one.textContent === 'Delete view')"
                + ".click(); 0");
        tab.awaitText("#notice", "The view Clicks by country is deleted.");
        tab.evaluate("location.hash = '" + link + "'; 0");
        tab.awaitText("#views .error", "does not exist, or this account cannot see it");
        tab.ignoreErrors("status of 404");
    }

    @Test
    void aFilterIsAddedAndWhatTheApiRefusesIsReported() throws Exception {
        open("/explore#" + SECOND_DAY + "&by=none&step=hour");
        tab.await("document.querySelector('#chart canvas')");
        tab.evaluate("document.getElementById('filter-value').focus(); 0");
        choose("filter-dimension", "country");
        tab.type("FR");
        tab.press("Enter");
        tab.await("[...document.querySelectorAll('#result tbody tr:first-child td')].at(2)?.textContent === '40'");
        choose("by-1", "region");
        choose("by-2", "device");
        tab.awaitText("#result .error", "no table has all of them");
        tab.ignoreErrors("status of 400");
        assertThat(tab.barriers()).isEmpty();
    }

    @Test
    void aResultIsDownloaded() throws Exception {
        open("/explore#" + SECOND_DAY);
        tab.await("document.querySelectorAll('#result tbody tr').length > 0");
        tab.evaluate("HTMLAnchorElement.prototype.click = function () { window.file = this.download; };"
                + " URL.createObjectURL = (blob) => { window.text = blob.text(); return 'data:,'; }; 0");
        choose("download", "csv");
        tab.evaluate("new Promise((done) => { const look = () => window.file ? done(0)"
                + " : requestAnimationFrame(look); look(); })");
        assertThat(tab.evaluate("window.file").asText()).isEqualTo("explore.csv");
        assertThat(tab.evaluate("window.text").asText())
                .startsWith("campaign,currency,impressions,")
                .contains("spring,EUR,5760,");
    }

    @Test
    void aRangeWithoutEventsIsReported() throws Exception {
        open("/overview#from=2020-01-01T00:00&to=2020-01-02T00:00&zone=UTC");
        tab.awaitText("#overview .empty", "There were no events in this range");
        tab.awaitText("#changes .empty", "Nothing changed.");
        assertThat(tab.text("#overview .as-of")).isEqualTo("All events of this range are counted");
        assertThat(tab.barriers()).isEmpty();
    }
}
