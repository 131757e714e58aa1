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
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.URI;
import java.nio.file.Path;
import java.text.NumberFormat;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Currency;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** In a real Chromium, the dashboard shows the database's content to authorized users, on all devices. */
@EnabledIf(
        value = "io.lightflow.service.browser.Chromium#isInstalled",
        disabledReason = "PATH names no Chromium or Chrome. Install one, such as Debian's package chromium.")
class DashboardTest {
    private static final String MANAGER = "token-of-the-manager-0123";
    private static final String ACME = "token-of-acme-0123456789";
    private static final int MINUTES = 50;
    private static final String CANVAS = "document.querySelector('#detail canvas')";

    @TempDir
    private static Path profile;

    private static ReportsTestDatabase database;
    private static WrittenStatistics written;
    private static ReportsServer server;
    private static ReportsServer empty;
    private static Browser browser;

    private Tab tab;

    @BeforeAll
    static void start() throws Exception {
        database = ReportsTestDatabase.fresh();
        written = new WrittenStatistics(database);
        database.execute("""
                INSERT INTO campaign (id, advertiser, name, currency, total_budget_micros, daily_budget_micros, pacing,
                    goal_metric, goal_count, time_zone, status, starts_at, ends_at)
                VALUES
                    ('c-1001', 'acme', 'Spring shoes', 'USD', 900000000, 300000000, 'even', NULL, NULL, 'UTC', 'active',
                        now() - interval '9 days', now() + interval '21 days'),
                    ('c-1002', 'acme', 'Summer sale, all of Europe', 'EUR', 40000000, NULL, 'asap', NULL, NULL,
                        'Europe/Berlin', 'active', NULL, NULL),
                    ('c-1003', 'acme', 'Brand awareness', 'USD', 800000000, NULL, 'even', 'impressions', 900000, 'UTC',
                        'active', now() - interval '1 day', now() + interval '6 days'),
                    ('c-2001', 'globex', 'Globex jets', 'JPY', NULL, NULL, 'asap', NULL, NULL, 'Asia/Tokyo', 'active',
                        NULL, NULL),
                    ('c-2002', 'globex', 'Globex leasing', 'USD', 0, NULL, 'asap', NULL, NULL, 'UTC', 'paused',
                        NULL, NULL)
                """);
        written.commit(lastHour(), Instant.now());
        server = serve(database);
        empty = serve(ReportsTestDatabase.fresh());
        browser = Browser.start(Chromium.find().orElseThrow(), profile);
    }

    private static ReportsServer serve(ReportsTestDatabase tables) {
        return new ReportsServer(ReportsSettings.of(0, tables.settings())
                        .withAccess(new ReportsAccounts(List.of(
                                new ReportsAccount(
                                        "mara", TokenHash.of(MANAGER), ReportsRole.MANAGER, Optional.empty()),
                                new ReportsAccount(
                                        "ada", TokenHash.of(ACME), ReportsRole.VIEWER, Optional.of("acme"))))))
                .start();
    }

    private static Statistics lastHour() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("DashboardTest: -Dseed=" + seed);
        Random random = new Random(seed);
        Statistics statistics = new Statistics();
        Instant end = thisMinute();
        String[][] campaigns = {
            {"c-1001", "acme", "USD"}, {"c-1002", "acme", "EUR"}, {"c-1003", "acme", "USD"}, {"c-2001", "globex", "JPY"}
        };
        for (int minute = 0; minute < MINUTES; minute++) {
            for (int number = 0; number < campaigns.length * 3; number++) {
                String[] campaign = campaigns[number % campaigns.length];
                double wave = 1 + 0.5 * Math.sin(minute / 9.0 + number);
                add(
                        statistics,
                        end.minus(minute, ChronoUnit.MINUTES),
                        campaign,
                        "banner-" + (300 + number),
                        (long) (wave * (900 + random.nextInt(300))),
                        random);
            }
        }
        return statistics;
    }

    private static void add(
            Statistics statistics, Instant minute, String[] campaign, String ad, long impressions, Random random) {
        Counts counts = statistics.minute(StatisticsKey.of(minute.toEpochMilli())
                .with(Dimension.CAMPAIGN, campaign[0])
                .with(Dimension.CREATIVE, ad)
                .with(Dimension.ADVERTISER, campaign[1])
                .with(Dimension.EXCHANGE, "x1")
                .with(Dimension.PUBLISHER, "p1")
                .with(Dimension.COUNTRY, "DE")
                .with(Dimension.REGION, "BE")
                .with(Dimension.DEVICE, "phone")
                .with(Dimension.DATA_CENTER, "eu")
                .with(Dimension.CURRENCY, campaign[2]));
        counts.impressions += impressions;
        counts.clicks += impressions / 60 + random.nextInt(5);
        counts.conversions += random.nextInt(3);
        counts.invalidClicks += random.nextInt(2);
        counts.spendMicros += impressions * (800 + random.nextInt(400));
        counts.revenueMicros += impressions * 1_700;
    }

    @AfterAll
    static void stop() throws Exception {
        if (browser != null) {
            browser.close();
            server.close();
            empty.close();
            written.close();
        }
    }

    @AfterEach
    void noErrorsOccurredAndNoOtherHostWasRequested() {
        if (tab != null) {
            List<String> errors = tab.errors();
            List<URI> requests = tab.requests();
            tab.close();
            assertThat(errors).isEmpty();
            assertThat(requests).isNotEmpty().allSatisfy(request -> assertThat(
                            request.getScheme().equals("data") || "127.0.0.1".equals(request.getHost()))
                    .as(request.toString())
                    .isTrue());
        }
    }

    private void open(ReportsServer at, String token) throws Exception {
        tab = browser.open(1360, 900);
        tab.prefer("light");
        tab.go(at.url());
        tab.await("document.activeElement.id === 'token'");
        tab.type(token);
        tab.press("Enter");
    }

    /** The statistics stay up to date for ten minutes, however slow the machine is. */
    private void openDashboard(String token) throws Exception {
        database.execute("UPDATE ledger SET watermark = now() + interval '10 minutes'");
        open(server, token);
        tab.evaluate("document.querySelector('#pause-refresh option').value = '300'");
        tab.await("document.querySelectorAll('#detail canvas').length === 3");
        tab.await("document.querySelector('#delay canvas')");
    }

    private static String money(String currency, long micros) {
        NumberFormat format = NumberFormat.getCurrencyInstance(Locale.US);
        format.setCurrency(Currency.getInstance(currency));
        format.setRoundingMode(RoundingMode.HALF_UP);
        format.setMaximumFractionDigits(Currency.getInstance(currency).getDefaultFractionDigits());
        return format.format(BigDecimal.valueOf(micros, 6));
    }

    private static long number(String sql) {
        return Long.parseLong(database.query(sql));
    }

    private static String count(String sql) {
        return NumberFormat.getIntegerInstance(Locale.US).format(number(sql));
    }

    private List<String> campaign(String id) {
        return tab.strings("#campaigns tr[data-key='" + id + "'] > * > :not(.bar):not(.error)");
    }

    @Test
    void theDashboardShowsTheDatabasesContent() throws Exception {
        Instant opened = thisMinute();
        openDashboard(MANAGER);

        assertThat(tab.strings("#campaigns th .quiet"))
                .containsExactly(
                        "c-1001 · acme", "c-1002 · acme", "c-1003 · acme", "c-2001 · globex", "c-2002 · globex");
        String budget = " FROM campaign_budget WHERE campaign = 'c-1001'";
        assertThat(campaign("c-1001"))
                .contains("Spring shoes", "active", "of $300.00", "of $900.00")
                .contains(money("USD", number("SELECT spent_today_micros" + budget)))
                .contains(money("USD", number("SELECT spent_micros" + budget)))
                .contains(money("USD", number("SELECT remaining_micros" + budget)))
                .contains(money("USD", number("SELECT remaining_today_micros" + budget)) + " today");
        long spent = number("SELECT spent_micros FROM campaign_budget WHERE campaign = 'c-1002'");
        assertThat(campaign("c-1002"))
                .contains("exhausted", money("EUR", spent), "of €40.00, over by " + money("EUR", spent - 40_000_000));
        assertThat(campaign("c-1003"))
                .contains(count("SELECT delivered_count FROM campaign_budget WHERE campaign = 'c-1003'")
                        + " of 900,000 impressions");
        assertThat(campaign("c-2001")).contains("no limit", "as fast as possible");
        assertThat(campaign("c-2002")).contains("paused");
        assertThat(tab.strings("#campaigns tr[data-key='c-2002'] .changes button"))
                .containsExactly("Resume", "Edit", "Copy");

        String minutes = " FROM stats_minute WHERE campaign = 'c-1001'";
        assertThat(tab.text("#detail-title")).isEqualTo("Spring shoes: last hour");
        assertThat(tab.strings("#detail .funnel .figure"))
                .containsExactly(
                        count("SELECT sum(impressions)" + minutes),
                        count("SELECT sum(clicks)" + minutes),
                        count("SELECT sum(conversions)" + minutes));
        assertThat(tab.strings("#detail .funnel .rate").get(1))
                .isEqualTo("CTR "
                        + database.query(
                                "SELECT to_char(100.0 * sum(clicks) / sum(impressions), 'FM0.00') || '%'" + minutes));
        assertThat(tab.strings("#detail .figures dd").get(0))
                .isEqualTo(money("USD", number("SELECT sum(spend_micros)" + minutes)));
        Instant earlier = opened.minus(20, ChronoUnit.MINUTES);
        String sum = "SELECT sum(%s)" + minutes + " AND time = '" + earlier + "'";
        assertThat(tab.strings("#detail tbody tr[data-key='" + earlier.toEpochMilli() + "'] td"))
                .contains(count(sum.formatted("impressions")), count(sum.formatted("clicks")))
                .contains(money("USD", number(sum.formatted("spend_micros"))));

        // The page shows the ten minutes up to the end of any minute since it was opened.
        String mostClicks = tab.strings("#ads tbody .amount").get(0);
        assertThat(Stream.iterate(
                                opened,
                                minute -> !minute.isAfter(thisMinute()),
                                minute -> minute.plus(1, ChronoUnit.MINUTES))
                        .map(last -> mostClicks(last.minus(9, ChronoUnit.MINUTES))))
                .contains(mostClicks);
        assertThat(tab.strings("#shards tbody th")).containsExactly("stats-counter / us / 0");
        assertThat(tab.strings("#shards .state")).containsExactly("up to date");
        assertThat(tab.text("#freshness")).startsWith("complete up to ");
        tab.screenshot("light");
        // The README's picture, docs/images/dashboard.png, is a copy of this one.
        tab.thumbnail("dashboard");
        assertThat(tab.barriers()).isEmpty();
    }

    private static Instant thisMinute() {
        return Instant.now().truncatedTo(ChronoUnit.MINUTES);
    }

    private static String mostClicks(Instant from) {
        return count("SELECT max(clicks) FROM (SELECT sum(clicks) AS clicks FROM stats_minute WHERE time >= '" + from
                + "' GROUP BY creative) AS ads");
    }

    @Test
    void theDarkSchemeIsDarkAndReadable() throws Exception {
        openDashboard(MANAGER);
        tab.prefer("dark");
        assertThat(tab.evaluate("getComputedStyle(document.body).backgroundColor")
                        .asText())
                .isEqualTo("rgb(15, 18, 22)");
        tab.screenshot("dark");
        assertThat(tab.barriers()).isEmpty();
    }

    @Test
    void aNarrowScreenNeedsNoHorizontalScrolling() throws Exception {
        openDashboard(MANAGER);
        tab.resize(360, 740);
        tab.await("document.querySelector('#detail canvas').clientWidth < 360");
        tab.assertFits(360);
        tab.screenshot("narrow");
        assertThat(tab.barriers()).isEmpty();
    }

    @Test
    void anUnknownTokenIsRejectedAndLoggingOutRemovesAllData() throws Exception {
        open(server, "token-that-nobody-has");
        tab.awaitText("#login-error", "This server does not know this token.");
        tab.screenshot("login");
        assertThat(tab.barriers()).isEmpty();
        assertThat(tab.evaluate("document.activeElement.id").asText()).isEqualTo("token");
        tab.ignoreErrors("status of 401");
        tab.type(MANAGER);
        tab.press("Enter");
        tab.await("document.querySelector('#campaigns tbody tr')");
        assertThat(tab.text("#account")).isEqualTo("mara, manager");

        tab.go(server.url());
        tab.await("document.querySelector('#campaigns tbody tr')");
        tab.load(() -> tab.evaluate("document.getElementById('logout').click(); 0"));
        tab.await("document.activeElement.id === 'token'");
        assertThat(tab.strings("#campaigns tbody tr")).isEmpty();
        assertThat(tab.evaluate("sessionStorage.length + localStorage.length").asInt())
                .isZero();
    }

    @Test
    void aCampaignIsPausedAndResumedWithOnlyTheKeyboard() throws Exception {
        openDashboard(MANAGER);
        assertThat(tab.tabTo("Pause Spring shoes")).contains("Spring shoes");
        assertThat(tab.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                        .asText())
                .isEqualTo("solid");
        tab.press("Enter");
        tab.awaitText("#notice", "Spring shoes is paused now.");
        tab.awaitText("#campaigns tr[data-key='c-1001'] .state", "paused");
        assertThat(database.query("SELECT status FROM campaign WHERE id = 'c-1001'"))
                .isEqualTo("paused");
        assertThat(database.query("SELECT account FROM campaign_audit WHERE campaign = 'c-1001' ORDER BY id DESC"))
                .isEqualTo("mara");
        assertThat(tab.evaluate("document.activeElement.textContent").asText()).isEqualTo("Resume");
        tab.press(" ");
        tab.awaitText("#campaigns tr[data-key='c-1001'] .state", "active");

        assertThat(tab.tabTo("Brand awareness")).isNotEmpty();
        tab.press("Enter");
        tab.awaitText("#detail-title", "Brand awareness: last hour");
    }

    @Test
    void theFirstTabStopSkipsToTheFigures() throws Exception {
        openDashboard(MANAGER);
        tab.go(server.url());
        tab.await("document.querySelector('#campaigns tbody tr')");
        assertThat(tab.tabTo("Skip to the figures")).hasSize(1);
        tab.press("Enter");
        assertThat(tab.evaluate("document.activeElement.id").asText()).isEqualTo("main");
        tab.press("Tab");
        assertThat(tab.evaluate("document.activeElement.id").asText()).isEqualTo("campaigns-shown");
    }

    @Test
    void anAdvertisersViewerSeesItsOwnCampaignsAndChangesNothing() throws Exception {
        openDashboard(ACME);
        assertThat(tab.strings("#campaigns th .quiet"))
                .containsExactly("c-1001 · acme", "c-1002 · acme", "c-1003 · acme");
        assertThat(tab.strings("#campaigns td button")).isEmpty();
        assertThat(tab.evaluate("document.getElementById('shards').hidden").asBoolean())
                .isTrue();
        assertThat(tab.text("#account")).isEqualTo("ada, viewer of acme");
        tab.evaluate("location.hash = 'campaign=c-2001'");
        tab.awaitText("#detail .empty", "This campaign had no events in the last hour.");
        assertThat(tab.text("main")).doesNotContain("lobex");
    }

    @Test
    void newCommitsAppearInTheSameChart() throws Exception {
        openDashboard(MANAGER);
        tab.evaluate("window.canvas = " + CANVAS + "; 0");
        Statistics more = new Statistics();
        Instant minute = thisMinute().minus(3, ChronoUnit.MINUTES);
        add(more, minute, new String[] {"c-1001", "acme", "USD"}, "banner-300", 12_345, new Random(1));
        written.commit(more, Instant.now());
        tab.awaitText(
                "#detail .funnel .figure",
                count("SELECT sum(impressions) FROM stats_minute WHERE campaign = 'c-1001'"));
        assertThat(tab.evaluate("window.canvas === " + CANVAS + " && window.canvas.isConnected")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void laggingStatisticsAreReported() throws Exception {
        openDashboard(MANAGER);
        database.execute("INSERT INTO ledger SELECT topology, group_name, 7, epoch, position,"
                + " now() - interval '150 minutes', txid, opened_at, committed_at, writer_version FROM ledger");
        try {
            tab.awaitText("#freshness", "Lagging: complete up to ");
            tab.awaitText("#notice", "The statistics are lagging: complete up to ");
            tab.awaitText("#shards .as-of", "2 in total, 1 lagging");
            assertThat(tab.strings("#shards tbody th")).startsWith("stats-counter / us / 7");
            tab.awaitText("#delay .delay", "2 h");
            tab.awaitText("#detail .as-of", "2 h behind");
            tab.screenshot("lagging");
        } finally {
            database.execute("DELETE FROM ledger WHERE shard = 7");
        }
        tab.awaitText("#notice", "The statistics have caught up.");
    }

    @Test
    void failuresAreReportedAndThePreviousFiguresStay() throws Exception {
        openDashboard(MANAGER);
        database.execute("ALTER TABLE ledger RENAME TO ledger_unavailable");
        try {
            tab.awaitText("#shards .error", "The database is not available: retry in a few seconds.");
            tab.awaitText("#campaigns .error", "The database is not available: retry in a few seconds.");
            assertThat(tab.strings("#campaigns tbody tr")).hasSize(5);
            tab.screenshot("error");
        } finally {
            database.execute("ALTER TABLE ledger_unavailable RENAME TO ledger");
        }
        tab.await("document.querySelectorAll('main .error:not([hidden])').length === 0");
        tab.ignoreErrors("status of 503");
    }

    @Test
    void anEmptyDatabaseIsReported() throws Exception {
        open(empty, MANAGER);
        tab.awaitText("#campaigns .empty", "There are no campaigns yet.");
        tab.awaitText("#ads .empty", "No ad had any clicks in this period.");
        tab.awaitText("#delay .empty", "No figures are complete yet");
        tab.awaitText("#shards .empty", "There are no shards yet");
        tab.screenshot("empty");
        assertThat(tab.barriers()).isEmpty();
    }
}
