package io.lightflow.reports.alert;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import com.zaxxer.hikari.HikariDataSource;
import io.lightflow.reports.alert.AlertSettings.Mail;
import io.lightflow.reports.alert.AlertSettings.MailSecurity;
import io.lightflow.reports.alert.AlertSettings.Webhooks;
import io.lightflow.reports.alert.WebhookReceiver.Message;
import io.lightflow.reports.http.ReportsJson;
import io.lightflow.reports.server.ReportsTestDatabase;
import io.lightflow.reports.statistics.WrittenStatistics;
import io.lightflow.service.settings.Secret;
import io.lightflow.service.sql.Sql;
import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Dimension;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsKey;
import jakarta.mail.internet.MimeMessage;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rules on real figures, and their messages to a real mail server and a real webhook. */
class AlertsTest {
    private static final String SECRET = "secret-of-the-webhooks-0123";

    private static ReportsTestDatabase database;
    private static HikariDataSource pool;
    private static Sql sql;
    private static WebhookReceiver webhook;
    private static GreenMail mail;
    private static AlertSettings settings;
    private static AlertStore store;
    private static AlertDeliveries deliveries;

    @BeforeAll
    static void start() {
        database = ReportsTestDatabase.fresh();
        pool = configure(new HikariDataSource());
        sql = new Sql(pool);
        webhook = new WebhookReceiver();
        mail = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        mail.start();
        settings = new AlertSettings(
                Duration.ofMinutes(1),
                Optional.of(URI.create("https://reports.example/")),
                Optional.of(new Webhooks(List.of("127.0.0.1"), Secret.of(SECRET))),
                Optional.of(mailSettings(mail.getSmtp().getPort(), MailSecurity.NONE)));
        store = new AlertStore(sql, Optional.of(sql));
        Map<AlertChannel, MessageSender> senders = new EnumMap<>(AlertChannel.class);
        senders.put(AlertChannel.WEBHOOK, new WebhookSender(settings.webhooks().orElseThrow(), InstantSource.system()));
        senders.put(AlertChannel.MAIL, new MailSender(settings.mail().orElseThrow()));
        deliveries = new AlertDeliveries(sql, senders, settings.url(), new AlertMetrics());
    }

    private static HikariDataSource configure(HikariDataSource source) {
        source.setJdbcUrl(database.settings().url());
        source.setUsername("postgres");
        source.setPassword("postgres");
        source.setSchema(database.settings().schema());
        return source;
    }

    private static Mail mailSettings(int port, MailSecurity security) {
        return new Mail(
                "127.0.0.1",
                port,
                security,
                Optional.empty(),
                Optional.empty(),
                "lightflow@example.com",
                List.of("example.com"));
    }

    @AfterAll
    static void stop() {
        mail.stop();
        webhook.close();
        pool.close();
    }

    @BeforeEach
    void clear() throws Exception {
        database.execute("DELETE FROM alert_rule; DELETE FROM alert_event; DELETE FROM campaign;"
                + " DELETE FROM campaign_total; DELETE FROM certificate");
        webhook.messages().clear();
        webhook.answer(200);
        mail.purgeEmailFromAllMailboxes();
    }

    private static AlertRule rule(String json) throws Exception {
        return store.create(AlertRuleForm.read(
                ReportsJson.MAPPER.readTree(json.replace('\'', '"')), settings, Optional.empty(), "mara"));
    }

    private static AlertEvaluator evaluator() {
        return new AlertEvaluator(sql, sql, Duration.ofMinutes(1));
    }

    /** Begins a new round now. */
    private static void evaluate() {
        database.execute("UPDATE alert_round SET evaluated_at = NULL");
        evaluator().evaluateIfDue();
    }

    private static String events() {
        return database.query("SELECT coalesce(string_agg(kind || ' ' || subject || ': ' || summary, '; ' ORDER BY id),"
                + " '') FROM alert_event WHERE kind IN ('fired', 'resolved')");
    }

    private static void due() {
        database.execute("UPDATE alert_delivery SET next_attempt_at = now()");
    }

    @Test
    void aBudgetAlertFiresOnceResolvesOnceAndIsArmedAgain() throws Exception {
        database.execute("INSERT INTO campaign (id, advertiser, name, currency, total_budget_micros) VALUES"
                + " ('c1', 'acme', 'n', 'EUR', 100), ('c2', 'acme', 'n', 'EUR', 1000), ('c3', 'other', 'n', 'EUR', 10);"
                + " INSERT INTO campaign_total VALUES ('c1', 'EUR', 0, 0, 89), ('c2', 'EUR', 0, 0, 90),"
                + " ('c3', 'EUR', 0, 0, 10)");
        rule("{'name': 'Budget', 'advertiser': 'acme', 'figure': 'total_budget_spent', 'threshold': 0.9,"
                + " 'resolve_threshold': 0.8, 'webhook': '" + webhook.url() + "', 'emails': ['mara@example.com']}");
        evaluate();
        assertThat(events()).isEmpty();
        database.execute("UPDATE campaign_total SET spend_micros = 90 WHERE campaign = 'c1'");
        evaluate();
        evaluate();
        database.execute("UPDATE campaign SET total_budget_micros = 110 WHERE id = 'c1'");
        evaluate();
        String fired = "fired c1: total budget spent of c1 is 90%, at least 90%";
        assertThat(events()).isEqualTo(fired);
        database.execute("UPDATE campaign SET total_budget_micros = 120 WHERE id = 'c1'");
        evaluate();
        evaluate();
        String resolved = fired + "; resolved c1: total budget spent of c1 is 75%, below 80%";
        assertThat(events()).isEqualTo(resolved);
        database.execute("UPDATE campaign SET total_budget_micros = 100 WHERE id = 'c1'");
        evaluate();
        database.execute("UPDATE campaign SET status = 'ended' WHERE id = 'c1'");
        evaluate();
        assertThat(events())
                .isEqualTo(resolved + "; " + fired + "; resolved c1: total budget spent of c1 is not watched any more");
        deliveries.sendDue();
        assertThat(webhook.messages()).hasSize(4);
        assertThat(mail.getReceivedMessages()).hasSize(4);
        assertThat(database.query("SELECT string_agg(DISTINCT status || attempts, ' ') FROM alert_delivery"))
                .isEqualTo("delivered1");
    }

    @Test
    void aRateIsComparedWithThePeriodBefore() throws Exception {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MINUTES);
        try (WrittenStatistics written = new WrittenStatistics(database)) {
            rule("{'name': 'CTR', 'figure': 'ctr', 'compared_with': 'previous_period', 'is': 'at_most',"
                    + " 'threshold': 0.5, 'window_minutes': 10, 'minimum_impressions': 100,"
                    + " 'filter': {'campaign': ['ctr']}}");
            rule("{'name': 'Silence', 'figure': 'silence_seconds', 'threshold': 900,"
                    + " 'filter': {'campaign': ['ctr']}}");
            rule("{'name': 'Lag', 'figure': 'lag_seconds', 'threshold': 900, 'resolve_threshold': 10}");
            evaluate();
            assertThat(events()).startsWith("fired : silence is ").doesNotContain("ctr");
            Statistics statistics = new Statistics();
            add(statistics, now.minusSeconds(15 * 60), 1000, 20);
            add(statistics, now.minusSeconds(5 * 60), 99, 0);
            written.commit(statistics, now);
            evaluate();
            assertThat(events()).doesNotContain("ctr", "lag").contains("resolved : silence is ");
            statistics = new Statistics();
            add(statistics, now.minusSeconds(5 * 60), 901, 9);
            written.commit(statistics, now);
            evaluate();
            assertThat(events()).contains("fired : ctr is 45% of the previous period, at most 50%");
            assertThat(database.query("SELECT count(*) FROM alert_rule WHERE failure IS NOT NULL"))
                    .isEqualTo("0");
        }
    }

    private static void add(Statistics statistics, Instant minute, int impressions, int clicks) {
        Counts counts =
                statistics.minute(StatisticsKey.of(minute.toEpochMilli()).with(Dimension.CAMPAIGN, "ctr"));
        counts.impressions += impressions;
        counts.clicks += clicks;
    }

    @Test
    void aFailedCertificateFiresForItsGroupUntilItIsMended() throws Exception {
        rule("{'name': 'Certificates', 'figure': 'certificate_differences', 'threshold': 1}");
        database.execute("INSERT INTO certificate VALUES ('us', date_trunc('hour', now()) - interval '2 h', now(), 0),"
                + " ('us', date_trunc('hour', now()) - interval '3 h', now(), 7),"
                + " ('eu', date_trunc('hour', now()) - interval '3 days', now(), 9)");
        evaluate();
        assertThat(events()).isEqualTo("fired us: certificate differences of us is 7, at least 1");
        database.execute("UPDATE certificate SET differences = 0 WHERE group_name = 'us'");
        evaluate();
        assertThat(events()).endsWith("; resolved us: certificate differences of us is 0, below 1");
    }

    /** A campaign with a budget of 100, and a rule that sends to the webhook. */
    private static AlertRule budgetRule(String more) throws Exception {
        database.execute("INSERT INTO campaign (id, advertiser, name, currency, total_budget_micros) VALUES"
                + " ('c', 'acme', 'n', 'EUR', 100); INSERT INTO campaign_total VALUES ('c', 'EUR', 0, 0, 0)");
        return rule("{'name': 'Budget', 'figure': 'total_budget_spent', 'threshold': 0.9, 'webhook': '" + webhook.url()
                + "'" + more + "}");
    }

    private static void spend(int micros) {
        database.execute("UPDATE campaign_total SET spend_micros = " + micros);
    }

    @Test
    void ofManyServersOneEvaluatesEachRound() throws Exception {
        budgetRule("");
        ExecutorService servers = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 20; round++) {
                spend(round % 2 == 0 ? 95 : 5);
                database.execute("UPDATE alert_round SET number = number + 1, evaluated_at = NULL");
                long before = Long.parseLong(database.query("SELECT number FROM alert_round"));
                Callable<Boolean> server = () -> {
                    evaluator().evaluateIfDue();
                    return true;
                };
                for (var evaluated : servers.invokeAll(List.of(server, server, server, server))) {
                    assertThat(evaluated.get()).isTrue();
                }
                assertThat(database.query("SELECT number FROM alert_round")).isEqualTo(Long.toString(before + 1));
            }
        } finally {
            servers.shutdownNow();
        }
        assertThat(database.query("SELECT string_agg(kind, ' ' ORDER BY id) FROM alert_event WHERE kind <> 'created'"))
                .isEqualTo("fired resolved ".repeat(10).strip());
    }

    @Test
    void anOvertakenServerWritesNothing() throws Exception {
        budgetRule("");
        spend(95);
        database.execute("UPDATE alert_round SET evaluated_at = NULL");
        HikariDataSource overtaking = new HikariDataSource() {
            /** Another server begins the next round while this one reads the figures. */
            @Override
            public Connection getConnection() throws SQLException {
                database.execute("UPDATE alert_round SET number = number + 1");
                return super.getConnection();
            }
        };
        try (HikariDataSource source = configure(overtaking)) {
            new AlertEvaluator(new Sql(source), sql, Duration.ofMinutes(1)).evaluateIfDue();
        }
        assertThat(events()).isEmpty();
        evaluate();
        assertThat(events()).startsWith("fired c");
    }

    @Test
    void messagesAreSignedAndKeepTheirKeyWhenTheyAreRepeated() throws Exception {
        budgetRule("");
        spend(95);
        evaluate();
        webhook.answer(503);
        deliveries.sendDue();
        spend(5);
        evaluate();
        deliveries.sendDue();
        assertThat(webhook.messages()).hasSize(1);
        assertThat(database.query("SELECT concat_ws(' ', status, attempts, next_attempt_at > now(), failure)"
                        + " FROM alert_delivery WHERE attempts > 0"))
                .isEqualTo("pending 1 t expected a status from 200 to 299, found 503");
        webhook.answer(204);
        due();
        deliveries.sendDue();
        assertThat(webhook.messages()).hasSize(3);
        Message first = webhook.messages().get(0);
        Message repeated = webhook.messages().get(1);
        Message resolved = webhook.messages().get(2);
        assertThat(repeated.header(WebhookSender.IDEMPOTENCY_KEY))
                .isEqualTo(first.header(WebhookSender.IDEMPOTENCY_KEY))
                .isNotEqualTo(resolved.header(WebhookSender.IDEMPOTENCY_KEY));
        JsonNode body = ReportsJson.MAPPER.readTree(repeated.body());
        assertThat(body.path("id").asText()).isEqualTo(first.header(WebhookSender.IDEMPOTENCY_KEY));
        assertThat(body.path("kind").asText() + " " + body.path("subject").asText() + " "
                        + body.path("value").asText())
                .isEqualTo("fired c 0.95");
        assertThat(body.path("url").asText()).startsWith("https://reports.example/alerts#rule=");
        assertThat(ReportsJson.MAPPER.readTree(resolved.body()).path("kind").asText())
                .isEqualTo("resolved");
        String[] signature = repeated.header(WebhookSender.SIGNATURE).split(",v1=|t=");
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        assertThat(signature[2])
                .isEqualTo(HexFormat.of()
                        .formatHex(
                                mac.doFinal((signature[1] + "." + repeated.body()).getBytes(StandardCharsets.UTF_8))));
    }

    @Test
    void afterTheLastAttemptAMessageIsGivenUp() throws Exception {
        budgetRule(", 'emails': ['mara@example.com']");
        spend(95);
        evaluate();
        webhook.answer(500);
        for (int attempt = 0; attempt < AlertDeliveries.MAX_ATTEMPTS + 2; attempt++) {
            due();
            deliveries.sendDue();
        }
        assertThat(webhook.messages()).hasSize(AlertDeliveries.MAX_ATTEMPTS);
        assertThat(database.query(
                        "SELECT string_agg(channel || ' ' || status, ', ' ORDER BY channel)" + " FROM alert_delivery"))
                .isEqualTo("mail delivered, webhook failed");
        assertThat(mail.getReceivedMessages()).hasSize(1);
    }

    @Test
    void aMailHasAStableIdAndUnicode() throws Exception {
        AlertRule rule = rule("{'name': 'Büdget ≥ 90 %', 'figure': 'lag_seconds', 'threshold': 1,"
                + " 'emails': ['mara@example.com', 'adam@EXAMPLE.com']}");
        store.test(rule.id(), "mara", any -> {});
        deliveries.sendDue();
        MimeMessage[] received = mail.getReceivedMessages();
        assertThat(received).hasSize(2);
        assertThat(received[0].getSubject()).isEqualTo("Test: Büdget ≥ 90 %");
        assertThat(received[0].getFrom()[0].toString()).isEqualTo("lightflow@example.com");
        assertThat(received[0].getMessageID())
                .isEqualTo("<"
                        + database.query("SELECT id FROM alert_delivery WHERE target = '"
                                + received[0].getAllRecipients()[0] + "'")
                        + "@example.com>");
        assertThat(received[0].getContent().toString())
                .contains("mara tests the targets of this rule.", "https://reports.example/alerts#rule=" + rule.id());
    }

    @Test
    void aMailServerWithoutEncryptionIsRefusedUnlessItIsAllowed() throws Exception {
        MailSender sender = new MailSender(mailSettings(mail.getSmtp().getPort(), MailSecurity.STARTTLS));
        AlertRule rule = rule("{'name': 'n', 'figure': 'lag_seconds', 'threshold': 1, 'emails': ['a@example.com']}");
        store.test(rule.id(), "mara", any -> {});
        new AlertDeliveries(sql, Map.of(AlertChannel.MAIL, sender), Optional.empty(), new AlertMetrics()).sendDue();
        assertThat(mail.getReceivedMessages()).isEmpty();
        assertThat(database.query("SELECT failure FROM alert_delivery")).contains("STARTTLS is required");
    }

    @Test
    void aRuleThatIsPausedOrDeletedResolvesItsAlerts() throws Exception {
        AlertRule rule = budgetRule("");
        spend(95);
        evaluate();
        AlertRule paused = new AlertRule(
                0,
                null,
                rule.name(),
                AlertRule.PAUSED,
                rule.condition(),
                rule.webhook(),
                List.of(),
                0,
                null,
                "mara",
                null);
        store.replace(rule.id(), old -> paused);
        evaluate();
        assertThat(events()).endsWith("; resolved c: total budget spent of c is not watched any more");
        store.delete(rule.id(), "mara", any -> {});
        deliveries.sendDue();
        assertThat(webhook.messages()).hasSize(2);
        assertThat(database.query("SELECT string_agg(kind, ' ' ORDER BY id) FROM alert_event"))
                .isEqualTo("created fired changed resolved deleted");
    }

    @Test
    void aRuleThatCannotBeEvaluatedSaysWhyAndHindersNoOther() throws Exception {
        try (WrittenStatistics written = new WrittenStatistics(database)) {
            Statistics statistics = new Statistics();
            add(statistics, Instant.now().truncatedTo(ChronoUnit.MINUTES), 1, 1);
            written.commit(statistics, Instant.now());
            rule("{'name': 'n', 'figure': 'clicks', 'threshold': 1,"
                    + " 'filter': {'region': ['r'], 'exchange': ['x'], 'device': ['d'], 'data_center': ['dc']}}");
            budgetRule("");
            spend(95);
            evaluate();
            assertThat(events()).startsWith("fired c");
            assertThat(database.query("SELECT failure FROM alert_rule WHERE name = 'n'"))
                    .contains("no table has all of them");
        }
    }
}
