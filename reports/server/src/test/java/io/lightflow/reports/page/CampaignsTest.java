package io.lightflow.reports.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.reports.http.ReportsAccount;
import io.lightflow.reports.http.ReportsAccounts;
import io.lightflow.reports.http.ReportsJson;
import io.lightflow.reports.http.ReportsRole;
import io.lightflow.reports.server.ReportsServer;
import io.lightflow.reports.server.ReportsSettings;
import io.lightflow.reports.server.ReportsTestDatabase;
import io.lightflow.service.access.TokenHash;
import io.lightflow.service.browser.Browser;
import io.lightflow.service.browser.Chromium;
import io.lightflow.service.browser.Tab;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** In a real Chromium, managers create, edit and copy campaigns, and see them as bidders do. */
@EnabledIf(
        value = "io.lightflow.service.browser.Chromium#isInstalled",
        disabledReason = "PATH names no Chromium or Chrome. Install one, such as Debian's package chromium.")
class CampaignsTest {
    private static final String MANAGER = "token-of-the-manager-0123";
    private static final String ACME = "token-of-acme-0123456789";
    private static final String ANALYST = "token-of-the-analyst-0123";

    @TempDir
    private static Path profile;

    private static ReportsTestDatabase database;
    private static ReportsServer server;
    private static Browser browser;

    private Tab tab;

    @BeforeAll
    static void start() throws Exception {
        database = ReportsTestDatabase.fresh();
        server = new ReportsServer(ReportsSettings.of(0, database.settings())
                        .withAccess(new ReportsAccounts(List.of(
                                new ReportsAccount(
                                        "mara", TokenHash.of(MANAGER), ReportsRole.MANAGER, Optional.empty()),
                                new ReportsAccount(
                                        "adam", TokenHash.of(ACME), ReportsRole.MANAGER, Optional.of("acme")),
                                new ReportsAccount(
                                        "anna", TokenHash.of(ANALYST), ReportsRole.ANALYST, Optional.empty())))))
                .start();
        browser = Browser.start(Chromium.find().orElseThrow(), profile);
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.close();
            server.close();
        }
    }

    @AfterEach
    void noErrorsOccurred() {
        List<String> errors = tab.errors();
        tab.close();
        database.execute("DELETE FROM campaign; DELETE FROM campaign_total");
        assertThat(errors).isEmpty();
    }

    private static void campaign(String id, String name, String columns, String values) {
        database.execute("INSERT INTO campaign (id, advertiser, name, currency, " + columns + ") VALUES ('" + id
                + "', 'acme', '" + name + "', 'EUR', " + values + ")");
    }

    private void open(String token) throws Exception {
        tab = browser.open(1360, 900);
        tab.prefer("light");
        tab.go(server.url());
        tab.await("document.activeElement.id === 'token'");
        tab.type(token);
        tab.press("Enter");
        tab.await("document.querySelector('#campaigns .as-of')?.textContent > ''");
    }

    private static String quoted(String text) {
        return ReportsJson.MAPPER.getNodeFactory().textNode(text).toString();
    }

    private static String field(String label) {
        return "[...document.querySelectorAll('dialog label')].find((label) => label.textContent === " + quoted(label)
                + ").control";
    }

    private void press(String button) {
        tab.evaluate("{ const button = [...document.querySelectorAll('button')].find((one) => one.checkVisibility() && "
                + quoted(button) + " === (one.ariaLabel ?? one.textContent)); button.focus(); button.click(); }");
    }

    /** As a person does: choosing or typing tells the page. */
    private void fill(String label, String value) {
        tab.evaluate("{ const control = " + field(label) + "; control.focus(); control.value = " + quoted(value)
                + "; control.dispatchEvent(new Event('input', { bubbles: true })); }");
    }

    private String value(String label) {
        return tab.evaluate(field(label) + ".value").asText();
    }

    private void awaitMessage(String label, String message) {
        tab.await(field(label) + ".nextElementSibling.textContent === " + quoted(message));
        assertThat(tab.evaluate(field(label) + ".ariaInvalid").asText()).isEqualTo("true");
    }

    @Test
    void campaignsHaveTheStatusThatBiddersSee() throws Exception {
        database.execute("INSERT INTO campaign_total VALUES ('total', 'EUR', 100, 7, 50), ('goal', 'EUR', 100, 7, 50)");
        campaign("running", "n", "total_budget_micros", "51");
        campaign("later", "n", "starts_at", "now() + interval '40 days'");
        campaign("over", "n", "ends_at", "'2026-01-02T03:04:05Z'");
        campaign("closed", "n", "status", "'ended'");
        campaign("held", "n", "status", "'paused'");
        campaign("total", "n", "total_budget_micros", "50");
        campaign("goal", "n", "goal_metric, goal_count", "'clicks', 7");
        campaign("day", "n", "daily_budget_micros", "0");
        open(MANAGER);
        assertThat(state("running")).containsExactly("active", "");
        assertThat(state("later").get(0)).isEqualTo("not started");
        assertThat(state("later").get(1)).startsWith("starts ");
        assertThat(state("over")).containsExactly("ended", "on Jan 2, 2026 03:04");
        assertThat(state("closed")).containsExactly("ended", "");
        assertThat(state("held")).containsExactly("paused", "");
        assertThat(state("total")).containsExactly("exhausted", "total budget spent");
        assertThat(state("goal")).containsExactly("goal reached", "all clicks delivered");
        assertThat(state("day").get(0)).isEqualTo("exhausted today");
        assertThat(state("day").get(1)).startsWith("until ");
        tab.screenshot("campaigns-status");
        assertThat(tab.barriers()).isEmpty();
    }

    private List<String> state(String id) {
        return tab.strings("#campaigns tr[data-key='" + id + "'] td:nth-child(2) > span");
    }

    @Test
    void aManagerCreatesACampaignInAForm() throws Exception {
        open(MANAGER);
        tab.awaitText("#campaigns .empty", "There are no campaigns yet. Create the first one.");
        press("New campaign");
        tab.await("document.activeElement === " + field("Name"));
        fill("Name", "Autumn");
        fill("Id", "autumn");
        fill("Advertiser", "acme");
        fill("Currency", "eur");
        fill("Total budget", "12.345.678");
        fill("Pacing", "even");
        fill("Time zone", "Europe/Berlin");
        fill("Starts", "2026-10-25T00:00");
        fill("Ends", "2026-10-25T00:00");
        fill("Goal", "clicks");
        press("Create");
        awaitMessage("Total budget", "Must be an amount from 0 to 1000000000000, such as 1250.50, or empty.");
        awaitMessage("Ends", "Must be after starts_at, which is 2026-10-24T22:00:00Z.");
        awaitMessage("Count", "Must be a whole number from 1 to 1000000000000000000.");
        awaitMessage(
                "Pacing",
                "Must be asap, unless the campaign has a daily budget, or starts_at and ends_at with a total budget or"
                        + " a goal to spread evenly.");
        assertThat(tab.evaluate("document.activeElement === " + field("Total budget"))
                        .asBoolean())
                .isTrue();
        tab.awaitText("dialog [role=alert]", "4 fields are invalid.");
        tab.screenshot("campaign-form-errors");
        assertThat(tab.barriers()).isEmpty();
        tab.ignoreErrors("status of 422");

        fill("Total budget", "9007199254.740993");
        fill("Ends", "2026-10-26T00:00");
        fill("Count", "10000");
        press("Create");
        tab.awaitText("#notice", "Autumn is created.");
        tab.await("document.activeElement.id === 'campaigns-new'");
        tab.await("document.querySelector('#campaigns tr.chosen')?.dataset.key === 'autumn'");
        assertThat(database.query("SELECT concat_ws(' ', advertiser, name, currency, total_budget_micros,"
                        + " daily_budget_micros, time_zone, starts_at AT TIME ZONE 'UTC', ends_at - starts_at,"
                        + " goal_metric, goal_count, pacing, status) FROM campaign"))
                .isEqualTo("acme Autumn EUR 9007199254740993 Europe/Berlin 2026-10-24 22:00:00 1 day 01:00:00"
                        + " clicks 10000 even active");

        press("New campaign");
        fill("Name", "Autumn, once more");
        fill("Id", "autumn");
        fill("Advertiser", "acme");
        fill("Currency", "EUR");
        press("Create");
        awaitMessage("Id", "A campaign with this id exists already.");
        assertThat(tab.evaluate("document.activeElement === " + field("Id")).asBoolean())
                .isTrue();
        tab.ignoreErrors("status of 409");
        tab.press("Escape");
        tab.awaitText("dialog [role=alert]", "Your changes are not saved. Cancel again to discard them.");
        press("Cancel");
        tab.await("!document.querySelector('dialog').open");
    }

    @Test
    void anEditChangesOnlyWhatWasEdited() throws Exception {
        campaign(
                "c",
                "Shoes",
                "total_budget_micros, time_zone, starts_at",
                "9007199254740993, 'America/New_York', '2026-11-01T05:30:00.123456Z'");
        open(MANAGER);
        press("Edit Shoes");
        tab.await("document.querySelector('dialog').open");
        assertThat(List.of(value("Name"), value("Id"), value("Currency"), value("Time zone"), value("Starts")))
                .containsExactly("Shoes", "c", "EUR", "America/New_York", "2026-11-01T01:30");
        assertThat(tab.evaluate(field("Id") + ".readOnly").asBoolean()).isTrue();
        tab.screenshot("campaign-form");
        tab.prefer("dark");
        assertThat(tab.barriers()).isEmpty();
        tab.screenshot("campaign-form-dark");
        tab.resize(360, 740);
        assertThat(tab.evaluate("document.querySelector('dialog').scrollWidth").asInt())
                .isLessThanOrEqualTo(360);
        tab.screenshot("campaign-form-narrow");
        fill("Daily budget", "12.5");
        press("Save");
        tab.awaitText("#notice", "Shoes is saved.");
        assertThat(database.query("SELECT concat_ws(' ', total_budget_micros, daily_budget_micros,"
                        + " starts_at AT TIME ZONE 'UTC', version) FROM campaign"))
                .isEqualTo("9007199254740993 12500000 2026-11-01 05:30:00.123456 2");
        assertThat(tab.evaluate("document.activeElement.ariaLabel").asText()).isEqualTo("Edit Shoes");

        press("Edit Shoes");
        tab.await("document.querySelector('dialog').open");
        database.execute("UPDATE campaign SET name = 'Boots'");
        fill("Name", "Sandals");
        press("Save");
        tab.awaitText("dialog [role=alert]", "Someone has changed this campaign since you opened it.");
        tab.ignoreErrors("status of 412");
        press("Load the current version");
        tab.await(field("Name") + ".value === 'Boots'");
        fill("Time zone", "UTC");
        press("Save");
        tab.awaitText("#notice", "Boots is saved.");
        assertThat(database.query("SELECT starts_at AT TIME ZONE 'UTC' FROM campaign"))
                .isEqualTo("2026-11-01 01:30:00");
        tab.awaitText("#history tbody tr:first-child", "time zone America/New_York → UTC");
        assertThat(tab.strings("#history tbody td"))
                .containsSubsequence(
                        "mara", "postgres", "changed: name Shoes → Boots", "mara", "changed: daily budget – → €12.50");
        assertThat(tab.strings("#history tbody tr:last-child td").get(1))
                .startsWith("created: ")
                .contains("name Shoes");
        assertThat(tab.barriers()).isEmpty();
    }

    @Test
    void aCopyIsPausedAndHasItsOwnId() throws Exception {
        campaign("c", "Shoes", "daily_budget_micros, goal_metric, goal_count", "5000000, 'impressions', 9");
        open(ACME);
        press("Copy Shoes");
        tab.await("document.activeElement === " + field("Id"));
        assertThat(tab.evaluate(field("Advertiser") + ".readOnly").asBoolean()).isTrue();
        fill("Id", "c 2");
        press("Create");
        tab.awaitText("#notice", "Copy of Shoes is created.");
        tab.awaitText("#campaigns tr[data-key='c 2'] .state", "paused");
        assertThat(database.query("SELECT concat_ws(' ', advertiser, currency, daily_budget_micros, goal_metric,"
                        + " goal_count, status) FROM campaign WHERE id = 'c 2'"))
                .isEqualTo("acme EUR 5000000 impressions 9 paused");
    }

    @Test
    void twoHundredCampaignsAreSearchedSortedAndPaged() throws Exception {
        database.execute(
                "INSERT INTO campaign (id, advertiser, name, currency, status) SELECT 'c-' || lpad(n::text, 3, '0'),"
                        + " 'acme', CASE n WHEN 7 THEN 'Ärmel & Co' ELSE 'Campaign ' || n END, 'EUR',"
                        + " CASE WHEN n % 50 = 0 THEN 'paused' ELSE 'active' END FROM generate_series(1, 200) AS n");
        database.execute("INSERT INTO campaign_total SELECT id, 'EUR', 1, 1, right(id, 3)::bigint FROM campaign");
        open(MANAGER);
        awaitRange("1–50 of 200");
        assertThat(shown()).hasSize(50).startsWith("c-001");
        press("Next");
        awaitRange("51–100 of 200");
        assertThat(shown()).hasSize(50).startsWith("c-051");
        assertThat(tab.evaluate("document.activeElement.id").asText()).isNotEqualTo("token");

        press("Spent in total");
        awaitRange("1–50 of 200");
        tab.await("document.querySelector('#campaigns tbody tr').dataset.key === 'c-200'");
        assertThat(tab.evaluate("document.querySelector('#campaigns [aria-sort]').ariaSort")
                        .asText())
                .isEqualTo("descending");
        press("Spent in total");
        tab.await("document.querySelector('#campaigns tbody tr').dataset.key === 'c-001'");

        tab.evaluate("document.getElementById('campaigns-search').focus()");
        tab.type("äRMEL &");
        awaitRange("1–1 of 1");
        assertThat(shown()).containsExactly("c-007");
        tab.evaluate("document.getElementById('campaigns-search').select()");
        tab.type("nothing like this");
        tab.awaitText("#campaigns .empty", "No campaign matches.");
        tab.evaluate("document.getElementById('campaigns-search').select()");
        tab.type("acme");
        awaitRange("1–50 of 200");
        tab.evaluate("{ const shown = document.getElementById('campaigns-shown'); shown.value = 'paused';"
                + " shown.dispatchEvent(new Event('change')); }");
        awaitRange("1–4 of 4");
        assertThat(shown()).containsExactly("c-050", "c-100", "c-150", "c-200");
        tab.screenshot("campaigns-found");
        assertThat(tab.barriers()).isEmpty();
    }

    private void awaitRange(String range) {
        tab.await("document.getElementById('campaigns-range').textContent === " + quoted(range));
    }

    private List<String> shown() {
        List<String> ids = new ArrayList<>();
        tab.evaluate("[...document.querySelectorAll('#campaigns tbody tr')].map((row) => row.dataset.key)")
                .forEach(id -> ids.add(id.asText()));
        return ids;
    }

    @Test
    void anAccountThatChangesNoCampaignsSeesNoForms() throws Exception {
        campaign("c", "Shoes", "pacing", "'asap'");
        open(ANALYST);
        tab.await("document.querySelector('#campaigns tbody tr')");
        assertThat(tab.strings("#campaigns tbody button:not(.open), #campaigns-new:not([hidden])"))
                .isEmpty();
        assertThat(tab.strings("dialog")).isEmpty();
    }
}
