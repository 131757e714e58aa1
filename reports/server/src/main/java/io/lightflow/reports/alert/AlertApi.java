package io.lightflow.reports.alert;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.lightflow.reports.alert.AlertHistory.Targets;
import io.lightflow.reports.alert.AlertStore.Alert;
import io.lightflow.reports.alert.AlertStore.Overview;
import io.lightflow.reports.http.ConditionalRequests;
import io.lightflow.reports.http.Feature;
import io.lightflow.reports.http.Parameters;
import io.lightflow.reports.http.ProblemException;
import io.lightflow.reports.http.ReportsJson;
import io.lightflow.reports.http.ReportsRole;
import io.lightflow.reports.http.RequestPrincipal;
import io.lightflow.service.sql.Sql;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code /v1/alerts} and {@code /v1/alert_events}. An account that is limited to an advertiser sees and changes only
 * the rules of that advertiser.
 */
public final class AlertApi implements Feature {
    private static final int DEFAULT_LIMIT = 50;
    private static final int MAX_LISTED = 1_000;

    private final AlertStore store;
    private final AlertHistory history;
    private final AlertSettings settings;

    /**
     * @param primary empty if rules are read-only
     * @param settings of this server; the defaults if it evaluates no rules
     */
    public AlertApi(Sql replica, Optional<Sql> primary, AlertSettings settings) {
        this.store = new AlertStore(replica, primary);
        this.history = new AlertHistory(replica);
        this.settings = settings;
    }

    @Override
    public String description() {
        return "alerts.yaml";
    }

    @Override
    public Map<String, String> descriptionValues() {
        return Map.of("alert_figures", String.join(", ", AlertFigure.LABELS));
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/v1/alerts", ReportsJson.handler(this::list), ReportsRole.VIEWER);
        routes.post("/v1/alerts", this::create, ReportsRole.MANAGER);
        routes.get("/v1/alerts/{id}", this::get, ReportsRole.VIEWER);
        routes.put("/v1/alerts/{id}", this::replace, ReportsRole.MANAGER);
        routes.delete("/v1/alerts/{id}", this::delete, ReportsRole.MANAGER);
        routes.post("/v1/alerts/{id}/test", this::test, ReportsRole.MANAGER);
        routes.get("/v1/alert_events", ReportsJson.handler(this::events), ReportsRole.VIEWER);
    }

    /**
     * A rule as requests and answers have it.
     *
     * @param webhook without what may be secret for accounts that do not change rules
     * @param alerts those of the rule; absent outside of lists
     */
    private record RuleView(
            long id,
            String advertiser,
            String name,
            String status,
            AlertFigure figure,
            Map<String, List<String>> filter,
            AlertCondition.Basis comparedWith,
            AlertCondition.Side is,
            BigDecimal threshold,
            BigDecimal resolveThreshold,
            Integer windowMinutes,
            int holdMinutes,
            long minimumImpressions,
            String webhook,
            List<String> emails,
            long version,
            Instant updatedAt,
            String updatedBy,
            String failure,
            @JsonInclude(JsonInclude.Include.NON_NULL) List<Alert> alerts) {
        static RuleView of(AlertRule rule, List<Alert> alerts, RequestPrincipal caller) {
            AlertCondition condition = rule.condition();
            boolean seesWebhook = rule.webhook() == null || seesPaths(caller);
            return new RuleView(
                    rule.id(),
                    rule.advertiser(),
                    rule.name(),
                    rule.status(),
                    condition.figure(),
                    condition.filter(),
                    condition.comparedWith(),
                    condition.is(),
                    condition.threshold(),
                    condition.resolveThreshold(),
                    condition.windowMinutes(),
                    condition.holdMinutes(),
                    condition.minimumImpressions(),
                    seesWebhook ? rule.webhook() : withoutPath(rule.webhook()),
                    rule.emails(),
                    rule.version(),
                    rule.updatedAt(),
                    rule.updatedBy(),
                    rule.failure(),
                    alerts);
        }
    }

    private static boolean seesPaths(RequestPrincipal caller) {
        return caller.role() == ReportsRole.MANAGER;
    }

    /** The path of a webhook is often its password. */
    private static String withoutPath(String webhook) {
        URI address = URI.create(webhook);
        return address.getScheme() + "://" + address.getAuthority() + "/…";
    }

    /**
     * @param evaluatedAt when a server has last begun to evaluate the rules; null before the first time
     * @param webhookHosts the hosts to which rules may send; empty without webhooks
     * @param mailDomains the domains of allowed recipients; empty without mail
     */
    private record RuleList(
            Instant evaluatedAt, List<String> webhookHosts, List<String> mailDomains, List<RuleView> rules) {}

    private RuleList list(Context context) {
        Parameters.of(context);
        RequestPrincipal caller = RequestPrincipal.of(context);
        Overview overview = store.overview(caller.advertiser());
        return new RuleList(
                overview.evaluatedAt(),
                settings.webhooks().map(AlertSettings.Webhooks::hosts).orElse(List.of()),
                settings.mail().map(AlertSettings.Mail::domains).orElse(List.of()),
                overview.rules().stream()
                        .map(rule -> RuleView.of(rule, overview.alerts().getOrDefault(rule.id(), List.of()), caller))
                        .toList());
    }

    private AlertRule form(Context context) {
        RequestPrincipal caller = RequestPrincipal.of(context);
        JsonNode body = ReportsJson.object(context, ReportsJson.CONTENT_TYPE);
        return AlertRuleForm.read(body, settings, caller.advertiser(), caller.name());
    }

    private void create(Context context) {
        AlertRule created = store.create(form(context));
        context.status(201).header("Location", "/v1/alerts/" + created.id());
        send(context, created);
    }

    private void get(Context context) {
        long id = id(context);
        AlertRule rule =
                store.get(id).filter(found -> isVisible(context, found)).orElseThrow(() -> AlertStore.notFound(id));
        if (ConditionalRequests.isKnown(context, rule.entityTag())) {
            context.status(304).header("ETag", rule.entityTag());
        } else {
            send(context, rule);
        }
    }

    private void replace(Context context) {
        ConditionalRequests.requireIfMatch(context);
        long id = id(context);
        AlertRule rule = form(context);
        send(context, store.replace(id, old -> {
            check(context, old);
            return rule;
        }));
    }

    private void delete(Context context) {
        ConditionalRequests.requireIfMatch(context);
        long id = id(context);
        store.delete(id, RequestPrincipal.of(context).name(), rule -> check(context, rule));
        context.status(204);
    }

    private void test(Context context) {
        long id = id(context);
        store.test(id, RequestPrincipal.of(context).name(), rule -> {
            check(context, rule);
            if (rule.webhook() == null && rule.emails().isEmpty()) {
                throw new ProblemException(
                        409, "no-targets", "The rule has no targets", "give the rule a webhook or emails first");
            }
        });
        context.status(202);
    }

    private static void check(Context context, AlertRule rule) {
        if (!isVisible(context, rule)) {
            throw AlertStore.notFound(rule.id());
        }
        ConditionalRequests.checkIfMatch(context, rule.entityTag());
    }

    private static boolean isVisible(Context context, AlertRule rule) {
        Optional<String> advertiser = RequestPrincipal.of(context).advertiser();
        return advertiser.isEmpty() || advertiser.get().equals(rule.advertiser());
    }

    private static long id(Context context) {
        String id = context.pathParam("id");
        if (!id.matches("[0-9]{1,18}")) {
            throw ProblemException.notFound("alert rule " + id + " does not exist: ids are integers");
        }
        return Long.parseLong(id);
    }

    private static void send(Context context, AlertRule rule) {
        context.header("ETag", rule.entityTag());
        ReportsJson.write(context, RuleView.of(rule, null, RequestPrincipal.of(context)));
    }

    private record EventPage(List<AlertHistory.Event> events, Long next) {}

    private EventPage events(Context context) {
        Parameters parameters = Parameters.of(context, "rule", "before", "limit");
        int limit = parameters.number("limit", 1, MAX_LISTED, DEFAULT_LIMIT);
        long before = parameters.text("before").isPresent()
                ? parameters.number("before", 1, Integer.MAX_VALUE, 1)
                : Long.MAX_VALUE;
        Optional<Long> rule =
                parameters.text("rule").map(sent -> (long) parameters.number("rule", 1, Integer.MAX_VALUE, 1));
        RequestPrincipal caller = RequestPrincipal.of(context);
        List<AlertHistory.Event> found = history.events(
                caller.advertiser(), rule, before, limit, seesPaths(caller) ? Targets.WHOLE : Targets.WITHOUT_PATHS);
        boolean hasMore = found.size() > limit;
        List<AlertHistory.Event> shown = hasMore ? found.subList(0, limit) : found;
        return new EventPage(shown, hasMore ? shown.get(limit - 1).id() : null);
    }
}
