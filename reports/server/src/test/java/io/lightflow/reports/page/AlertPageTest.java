package io.lightflow.reports.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.reports.alert.AlertSettings;
import io.lightflow.reports.alert.AlertSettings.Webhooks;
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
import io.lightflow.service.settings.Secret;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** In a real Chromium, a manager makes a rule that fires, tests it, and deletes it. */
@EnabledIf(
        value = "io.lightflow.service.browser.Chromium#isInstalled",
        disabledReason = "PATH names no Chromium or Chrome. Install one, such as Debian's package chromium.")
class AlertPageTest {
    private static final String MANAGER = "token-of-the-manager-0123";

    @TempDir
    private Path profile;

    private Tab tab;

    private static String quoted(String text) {
        return ReportsJson.MAPPER.getNodeFactory().textNode(text).toString();
    }

    private void press(String button) {
        tab.evaluate("{ const button = [...document.querySelectorAll('button')].find((one) => one.checkVisibility()"
                + " && " + quoted(button) + " === (one.ariaLabel ?? one.textContent)); button.focus();"
                + " button.click(); }");
    }

    private void fill(String label, String value) {
        tab.evaluate("{ const control = [...document.querySelectorAll('dialog label')].find((label) =>"
                + " label.textContent === " + quoted(label) + ").control; control.focus(); control.value = "
                + quoted(value) + "; for (const type of ['input', 'change'])"
                + " control.dispatchEvent(new Event(type, { bubbles: true })); }");
    }

    @Test
    void aRuleFiresIsTestedAndDeleted() throws Exception {
        ReportsTestDatabase database = ReportsTestDatabase.fresh();
        database.execute("INSERT INTO campaign (id, advertiser, name, currency, total_budget_micros) VALUES"
                + " ('spring', 'acme', 'Spring', 'EUR', 100); INSERT INTO campaign_total VALUES"
                + " ('spring', 'EUR', 0, 0, 95)");
        AlertSettings settings = new AlertSettings(
                Duration.ofSeconds(5),
                Optional.empty(),
                Optional.of(new Webhooks(List.of("127.0.0.1"), Secret.of("0123456789abcdef"))),
                Optional.empty());
        try (ReportsServer server = new ReportsServer(ReportsSettings.of(0, database.settings())
                                .withAlerts(settings)
                                .withAccess(new ReportsAccounts(List.of(new ReportsAccount(
                                        "mara", TokenHash.of(MANAGER), ReportsRole.MANAGER, Optional.empty())))))
                        .start();
                Browser browser = Browser.start(Chromium.find().orElseThrow(), profile);
                Tab opened = browser.open(1360, 900)) {
            tab = opened;
            tab.prefer("light");
            tab.go(URI.create(server.url() + "/alerts"));
            tab.await("document.activeElement.id === 'token'");
            tab.type(MANAGER);
            tab.press("Enter");
            tab.awaitText("#alerts .empty", "There are no rules yet. Create the first one.");
            press("New rule");
            tab.await("document.querySelector('dialog').open");
            fill("Begin with", "1");
            fill("Threshold", "many");
            fill("Webhook", "https://elsewhere.example/");
            press("Create");
            tab.awaitText("dialog [role=alert]", "2 fields are invalid.");
            tab.screenshot("alert-form");
            assertThat(tab.barriers()).isEmpty();
            tab.ignoreErrors("status of 422");
            tab.prefer("dark");
            tab.resize(360, 740);
            assertThat(tab.evaluate("document.querySelector('dialog').scrollWidth")
                            .asInt())
                    .isLessThanOrEqualTo(360);
            assertThat(tab.barriers()).isEmpty();
            tab.screenshot("alert-form-narrow");
            tab.prefer("light");
            tab.resize(1360, 900);

            fill("Begin with", "0");
            fill("Webhook", server.url() + "/health/live");
            press("Create");
            tab.awaitText("#notice", "Budget at 90 % is created.");
            tab.awaitText("#alerts tbody", "Total budget spent at or above 90 %");
            assertThat(database.query("SELECT condition ->> 'threshold' FROM alert_rule"))
                    .isEqualTo("0.9");
            tab.awaitText("#alerts .state", "fires");
            tab.awaitText("#alerts .firing", "spring: 95 %");
            tab.awaitText("#events tbody", "total budget spent of spring is 95%, at least 90%");
            // The address takes no POST.
            tab.awaitText("#events .deliveries", "expected a status from 200 to 299, found");
            press("Test Budget at 90 %");
            tab.awaitText("#events tbody", "mara tests the targets of this rule");
            tab.screenshot("alerts");
            assertThat(tab.barriers()).isEmpty();
            tab.prefer("dark");
            tab.resize(360, 740);
            tab.assertFits(360);
            tab.screenshot("alerts-narrow");
            assertThat(tab.barriers()).isEmpty();

            press("Delete Budget at 90 %");
            press("Delete for good Budget at 90 %");
            tab.awaitText("#alerts .empty", "There are no rules yet.");
            tab.awaitText("#events tbody", "The rule was deleted by mara");
            assertThat(tab.errors()).isEmpty();
        }
    }
}
