package io.lightflow.reports.alert;

import com.fasterxml.jackson.databind.JsonNode;
import io.lightflow.reports.alert.AlertCondition.Basis;
import io.lightflow.reports.alert.AlertCondition.Side;
import io.lightflow.reports.alert.AlertFigure.Source;
import io.lightflow.reports.alert.AlertFigure.Unit;
import io.lightflow.reports.http.BodyFields;
import io.lightflow.statistics.Dimension;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Reads a rule from the body of a request, and reports all errors at once. */
final class AlertRuleForm {
    private static final Set<String> FIELDS = new TreeSet<>(Set.of(
            "name",
            "advertiser",
            "status",
            "figure",
            "filter",
            "compared_with",
            "is",
            "threshold",
            "resolve_threshold",
            "window_minutes",
            "hold_minutes",
            "minimum_impressions",
            "webhook",
            "emails"));

    /** Fields that the server sends and ignores in requests, so that a client can put what it got. */
    private static final Set<String> READ_ONLY =
            Set.of("id", "version", "updated_at", "updated_by", "failure", "alerts");

    private static final int MAX_NAME_CHARACTERS = 100;
    private static final int MAX_ADVERTISER_CHARACTERS = 255;
    private static final int MAX_WEBHOOK_CHARACTERS = 1_000;
    private static final int MAX_EMAILS = 10;
    private static final int MAX_VALUES = 50;
    private static final int MAX_WINDOW_MINUTES = 7 * 24 * 60;
    private static final int MAX_HOLD_MINUTES = 24 * 60;
    private static final int MAX_SILENCE_SECONDS = 23 * 60 * 60;
    private static final BigDecimal MAX_THRESHOLD = new BigDecimal("1e18");
    private static final int MAX_DECIMALS = 9;
    private static final int DEFAULT_WINDOW_MINUTES = 60;
    private static final int DEFAULT_CERTIFICATE_MINUTES = 24 * 60;

    private final BodyFields fields;
    private final AlertSettings settings;

    private AlertRuleForm(JsonNode body, AlertSettings settings) {
        this.fields = new BodyFields(body);
        this.settings = settings;
    }

    /**
     * @param advertiser of the account; empty if it is not limited to one
     * @param account who sends the rule
     */
    static AlertRule read(JsonNode body, AlertSettings settings, Optional<String> advertiser, String account) {
        return new AlertRuleForm(body, settings).rule(advertiser, account);
    }

    private AlertRule rule(Optional<String> limitedTo, String account) {
        fields.allowOnly(FIELDS, READ_ONLY, "a rule");
        String name = fields.name("name", MAX_NAME_CHARACTERS);
        String advertiser = advertiser(limitedTo);
        String status = fields.oneOf("status", List.of(AlertRule.ACTIVE, AlertRule.PAUSED));
        AlertCondition condition = condition(advertiser);
        String webhook = webhook();
        List<String> emails = emails();
        fields.check();
        return new AlertRule(0, advertiser, name, status, condition, webhook, emails, 0, null, account, null);
    }

    private String advertiser(Optional<String> limitedTo) {
        if (limitedTo.isPresent()) {
            String own = limitedTo.get();
            if (!fields.isMissing("advertiser")
                    && !fields.get("advertiser").asText().equals(own)) {
                fields.invalid("advertiser", own + ", to which this account is limited");
            }
            return own;
        }
        return fields.isMissing("advertiser") ? null : fields.name("advertiser", MAX_ADVERTISER_CHARACTERS);
    }

    /** @return null with errors */
    private AlertCondition condition(String advertiser) {
        String label = fields.text(
                "figure", null, "one of " + String.join(", ", AlertFigure.LABELS), AlertFigure.LABELS::contains);
        Basis basis = basis(label);
        String side = fields.oneOf("is", Labelled.labels(Side.class));
        Long hold = fields.number("hold_minutes", 0, MAX_HOLD_MINUTES);
        Long impressions = fields.number("minimum_impressions", 0, Long.MAX_VALUE);
        if (label == null || basis == null || side == null) {
            return null;
        }
        AlertFigure figure = AlertFigure.of(label);
        if (figure.source() == Source.PLATFORM && advertiser != null) {
            fields.invalid("figure", "another one: " + label + " concerns all advertisers");
        }
        if (impressions != null && impressions > 0 && figure.source() != Source.STATISTICS) {
            fields.invalid("minimum_impressions", "0: " + label + " has no impressions");
        }
        Map<String, List<String>> filter = filter(figure);
        if (figure.unit() == Unit.MICROS
                && filter.getOrDefault(Dimension.CURRENCY.column(), List.of()).size() != 1) {
            fields.invalid("filter", "one with a single currency: amounts of different currencies are not added up");
        }
        BigDecimal threshold = threshold("threshold", null);
        if (threshold == null) {
            return null;
        }
        BigDecimal resolve = threshold("resolve_threshold", threshold);
        if (resolve == null) {
            return null;
        }
        if (figure == AlertFigure.SILENCE_SECONDS
                && threshold.max(resolve).compareTo(BigDecimal.valueOf(MAX_SILENCE_SECONDS)) > 0) {
            fields.invalid("threshold", "at most " + MAX_SILENCE_SECONDS);
        }
        Side is = Labelled.of(Side.class, side);
        int order = resolve.compareTo(threshold);
        if (is == Side.AT_LEAST ? order > 0 : order < 0) {
            fields.invalid(
                    "resolve_threshold",
                    (is == Side.AT_LEAST ? "at most " : "at least ") + threshold.toPlainString()
                            + ", where the alert fires");
            return null;
        }
        return new AlertCondition(
                figure,
                filter,
                basis,
                is,
                threshold,
                resolve,
                window(figure),
                hold == null ? 0 : hold.intValue(),
                impressions == null ? 0 : impressions);
    }

    private Basis basis(String figure) {
        String basis = fields.oneOf("compared_with", Labelled.labels(Basis.class));
        if (basis == null) {
            return null;
        }
        if (Labelled.of(Basis.class, basis) == Basis.PREVIOUS_PERIOD
                && figure != null
                && AlertFigure.of(figure).source() != Source.STATISTICS) {
            fields.invalid("compared_with", "threshold: " + figure + " has no previous period");
        }
        return Labelled.of(Basis.class, basis);
    }

    private Integer window(AlertFigure figure) {
        Long minutes = fields.number("window_minutes", 1, MAX_WINDOW_MINUTES);
        if (!figure.hasWindow()) {
            if (minutes != null) {
                fields.invalid("window_minutes", "omitted: " + figure.label() + " has no window");
            }
            return null;
        }
        return minutes != null
                ? Integer.valueOf(minutes.intValue())
                : figure.source() == Source.PLATFORM ? DEFAULT_CERTIFICATE_MINUTES : DEFAULT_WINDOW_MINUTES;
    }

    /** @param otherwise the default; null if the field is required */
    private BigDecimal threshold(String name, BigDecimal otherwise) {
        JsonNode value = fields.get(name);
        if (otherwise != null && fields.isMissing(name)) {
            return otherwise;
        }
        BigDecimal number = value.isNumber() ? value.decimalValue() : null;
        if (number == null
                || number.signum() < 0
                || number.compareTo(MAX_THRESHOLD) > 0
                || number.stripTrailingZeros().scale() > MAX_DECIMALS) {
            fields.invalid(name, "a number from 0 to 1e18 with at most " + MAX_DECIMALS + " decimals");
            return null;
        }
        return number.stripTrailingZeros();
    }

    private Map<String, List<String>> filter(AlertFigure figure) {
        JsonNode filter = fields.get("filter");
        Map<String, List<String>> values = new TreeMap<>();
        if (BodyFields.isMissing(filter)) {
            return values;
        }
        if (!filter.isObject()) {
            fields.invalid("filter", "an object such as {\"campaign\": [\"c-1\"]}");
            return values;
        }
        filter.properties().forEach(one -> {
            String path = "filter." + one.getKey();
            if (Dimension.ofColumn(one.getKey())
                    .filter(figure.filters()::contains)
                    .isEmpty()) {
                fields.invalid(path, one.getValue(), "omitted: " + figure.label() + " is not filtered by it");
                return;
            }
            List<String> strings = strings(path, one.getValue(), MAX_VALUES);
            if (!strings.isEmpty()) {
                values.put(one.getKey(), strings);
            }
        });
        return values;
    }

    private List<String> strings(String path, JsonNode list, int most) {
        Set<String> strings = new LinkedHashSet<>();
        boolean isValid = list.isArray() && list.size() <= most;
        for (JsonNode one : list) {
            isValid &= one.isTextual() && one.asText().indexOf('\0') < 0;
            strings.add(one.asText());
        }
        if (!isValid) {
            fields.invalid(path, list, "a list of at most " + most + " strings");
        }
        return new ArrayList<>(strings);
    }

    private String webhook() {
        if (fields.isMissing("webhook")) {
            return null;
        }
        if (settings.webhooks().isEmpty()) {
            fields.invalid("webhook", "omitted: the settings of this server have no alerts.webhooks");
            return null;
        }
        AlertSettings.Webhooks webhooks = settings.webhooks().get();
        return fields.text(
                "webhook",
                null,
                "a URL that begins with https:// and names one of the hosts " + String.join(", ", webhooks.hosts()),
                text -> text.length() <= MAX_WEBHOOK_CHARACTERS
                        && uri(text).filter(webhooks::allows).isPresent());
    }

    private static Optional<URI> uri(String text) {
        try {
            return Optional.of(new URI(text));
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    private List<String> emails() {
        if (fields.isMissing("emails")) {
            return List.of();
        }
        List<String> emails = strings("emails", fields.get("emails"), MAX_EMAILS);
        if (!emails.isEmpty() && settings.mail().isEmpty()) {
            fields.invalid("emails", "omitted: the settings of this server have no alerts.mail");
        } else if (settings.mail().isPresent()
                && !emails.stream().allMatch(settings.mail().get()::allows)) {
            fields.invalid(
                    "emails",
                    "addresses of the domains "
                            + String.join(", ", settings.mail().get().domains()));
        }
        return emails;
    }
}
