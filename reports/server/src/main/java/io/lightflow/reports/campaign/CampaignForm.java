package io.lightflow.reports.campaign;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lightflow.reports.campaign.Campaign.Goal;
import io.lightflow.reports.http.BodyFields;
import io.lightflow.reports.http.ReportsJson;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.Currency;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Reads a campaign from the body of a request, and reports all errors at once. */
final class CampaignForm {
    private static final Set<String> FIELDS = new TreeSet<>(Set.of(
            "id",
            "advertiser",
            "name",
            "currency",
            "total_budget_micros",
            "daily_budget_micros",
            "time_zone",
            "starts_at",
            "ends_at",
            "goal",
            "pacing",
            "status"));

    /** Fields that the server sends and ignores in requests, so that a client can put what it got. */
    private static final Set<String> READ_ONLY = Set.of("version", "updated_at");

    private static final int MAX_ID_BYTES = 255;
    private static final int MAX_NAME_CHARACTERS = 200;
    private static final long MAX_MICROS = 1_000_000_000_000_000_000L;
    private static final Set<String> CURRENCIES = Currency.getAvailableCurrencies().stream()
            .map(Currency::getCurrencyCode)
            .collect(Collectors.toUnmodifiableSet());
    private static final Set<String> ZONES = ZoneId.getAvailableZoneIds();

    private final BodyFields fields;

    private CampaignForm(JsonNode body) {
        this.fields = new BodyFields(body);
    }

    /** Reads a new campaign. */
    static Campaign created(JsonNode body) {
        CampaignForm form = new CampaignForm(body);
        return form.read(form.id("id"), form.id("advertiser"), form.currency());
    }

    /** Reads the replacement of a campaign; omitted fields have the same defaults as in a new campaign. */
    static Campaign replaced(Campaign old, JsonNode body) {
        CampaignForm form = new CampaignForm(body);
        form.unchanged("id", old.id());
        form.unchanged("advertiser", old.advertiser());
        form.unchanged("currency", old.currency());
        return form.read(old.id(), old.advertiser(), old.currency());
    }

    /** Reads a patch of a campaign by RFC 7396: null removes a value, and omitted fields stay. */
    static Campaign patched(Campaign old, JsonNode patch) {
        ObjectNode whole = ReportsJson.MAPPER.valueToTree(old);
        patch.properties().forEach(field -> {
            JsonNode there = whole.path(field.getKey());
            if (there.isObject() && field.getValue().isObject()) {
                ((ObjectNode) there).setAll((ObjectNode) field.getValue());
            } else {
                whole.set(field.getKey(), field.getValue());
            }
        });
        return replaced(old, whole);
    }

    private Campaign read(String id, String advertiser, String currency) {
        fields.allowOnly(FIELDS, READ_ONLY, "a campaign");
        Campaign campaign = new Campaign(
                id,
                advertiser,
                fields.name("name", MAX_NAME_CHARACTERS),
                currency,
                fields.number("total_budget_micros", 0, MAX_MICROS),
                fields.number("daily_budget_micros", 0, MAX_MICROS),
                fields.text(
                        "time_zone", "UTC", "the name of a time zone, such as UTC or Europe/Berlin", ZONES::contains),
                time("starts_at"),
                time("ends_at"),
                goal(),
                fields.oneOf("pacing", List.of("asap", "even")),
                fields.oneOf("status", List.of("active", "paused", "ended")),
                0,
                null);
        checkTogether(campaign);
        fields.check();
        return campaign;
    }

    private void checkTogether(Campaign campaign) {
        boolean hasDates = campaign.startsAt() != null && campaign.endsAt() != null;
        if (hasDates && !campaign.startsAt().isBefore(campaign.endsAt())) {
            fields.invalid("ends_at", "after starts_at, which is " + campaign.startsAt());
        }
        boolean hasLine = campaign.dailyBudgetMicros() != null
                || hasDates && (campaign.totalBudgetMicros() != null || campaign.goal() != null);
        if ("even".equals(campaign.pacing()) && !hasLine) {
            fields.invalid(
                    "pacing",
                    "asap, unless the campaign has a daily budget, or starts_at and ends_at with a total"
                            + " budget or a goal"
                            + " to spread evenly");
        }
    }

    private String id(String name) {
        return fields.text(
                name,
                null,
                "a string of 1 to " + MAX_ID_BYTES + " bytes in UTF-8, without control characters or surrounding space",
                text -> !text.isBlank()
                        && text.strip().equals(text)
                        && text.getBytes(StandardCharsets.UTF_8).length <= MAX_ID_BYTES
                        && text.chars().noneMatch(Character::isISOControl));
    }

    private String currency() {
        return fields.text("currency", null, "a currency code of ISO 4217, such as EUR", CURRENCIES::contains);
    }

    private void unchanged(String name, String value) {
        if (!fields.get(name).isMissingNode()
                && !(fields.get(name).isTextual() && fields.get(name).asText().equals(value))) {
            fields.invalid(name, "omitted, or the current value " + value + ": it cannot be changed");
        }
    }

    private Instant time(String name) {
        JsonNode value = fields.get(name);
        if (BodyFields.isMissing(value)) {
            return null;
        }
        String allowed = "a time from 2000 to 2999 with its offset, such as 2026-01-01T00:00:00+01:00, or null";
        try {
            OffsetDateTime time = OffsetDateTime.parse(value.isTextual() ? value.asText() : "");
            if (time.getYear() >= 2000 && time.getYear() < 3000) {
                return time.toInstant();
            }
        } catch (DateTimeParseException e) {
            fields.invalid(name, allowed);
            return null;
        }
        fields.invalid(name, allowed);
        return null;
    }

    private Goal goal() {
        JsonNode goal = fields.get("goal");
        if (BodyFields.isMissing(goal)) {
            return null;
        }
        int before = fields.errors();
        if (!goal.isObject()) {
            fields.invalid("goal", "an object with metric and count, or null");
            return null;
        }
        goal.fieldNames().forEachRemaining(name -> {
            if (!name.equals("metric") && !name.equals("count")) {
                fields.invalid("goal." + name, goal.get(name), "omitted: the fields of a goal are metric and count");
            }
        });
        String metric = goal.path("metric").asText();
        if (!metric.equals("impressions") && !metric.equals("clicks")) {
            fields.invalid("goal.metric", goal.path("metric"), "impressions or clicks");
        }
        Long count = fields.number(goal, "count", "goal.count", 1, MAX_MICROS);
        if (count == null && fields.errors() == before) {
            fields.invalid("goal.count", goal.path("count"), "a whole number from 1 to " + MAX_MICROS);
        }
        return fields.errors() == before ? new Goal(metric, count) : null;
    }
}
