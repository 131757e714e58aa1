package io.lightflow.reports.campaign;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lightflow.reports.campaign.Campaign.Goal;
import io.lightflow.reports.http.Json;
import io.lightflow.reports.http.Problem.WrongParameter;
import io.lightflow.reports.http.ProblemException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Reads a campaign from the body of a request, and tells everything that is wrong with it at once. */
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

    /** Sent by the server, and taken back without a look, so that what was got can be put. */
    private static final Set<String> READ_ONLY = Set.of("version", "updated_at");

    private static final int MOST_ID_BYTES = 255;
    private static final int MOST_NAME_CHARACTERS = 200;
    private static final long MOST_MICROS = 1_000_000_000_000_000_000L;
    private static final Set<String> CURRENCIES = Currency.getAvailableCurrencies().stream()
            .map(Currency::getCurrencyCode)
            .collect(Collectors.toUnmodifiableSet());
    private static final Set<String> ZONES = ZoneId.getAvailableZoneIds();

    private final JsonNode body;
    private final List<WrongParameter> errors = new ArrayList<>();

    private CampaignForm(JsonNode body) {
        this.body = body;
    }

    /** A campaign to be made. */
    static Campaign created(JsonNode body) {
        CampaignForm form = new CampaignForm(body);
        return form.read(form.id("id"), form.id("advertiser"), form.currency());
    }

    /** A campaign that takes the place of one that is there; what is left out is what it would be in a new one. */
    static Campaign replaced(Campaign old, JsonNode body) {
        CampaignForm form = new CampaignForm(body);
        form.unchanged("id", old.id());
        form.unchanged("advertiser", old.advertiser());
        form.unchanged("currency", old.currency());
        return form.read(old.id(), old.advertiser(), old.currency());
    }

    /** A campaign of which some fields are changed, after RFC 7396: null takes a value away, what is left out stays. */
    static Campaign patched(Campaign old, JsonNode patch) {
        ObjectNode whole = Json.MAPPER.valueToTree(old);
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
        body.fieldNames().forEachRemaining(name -> {
            if (!FIELDS.contains(name) && !READ_ONLY.contains(name)) {
                wrong(name, "left out: the fields of a campaign are " + String.join(", ", FIELDS));
            }
        });
        Campaign campaign = new Campaign(
                id,
                advertiser,
                text(
                        "name",
                        null,
                        "a text of 1 to " + MOST_NAME_CHARACTERS + " characters without control characters",
                        text -> !text.isBlank()
                                && text.length() <= MOST_NAME_CHARACTERS
                                && text.chars().noneMatch(Character::isISOControl)),
                currency,
                number(body, "total_budget_micros", "total_budget_micros", 0),
                number(body, "daily_budget_micros", "daily_budget_micros", 0),
                text("time_zone", "UTC", "the name of a time zone, such as UTC or Europe/Berlin", ZONES::contains),
                time("starts_at"),
                time("ends_at"),
                goal(),
                oneOf("pacing", "asap", "even"),
                oneOf("status", "active", "paused", "ended"),
                0,
                null);
        checkTogether(campaign);
        if (!errors.isEmpty()) {
            throw ProblemException.fields(errors);
        }
        return campaign;
    }

    private void checkTogether(Campaign campaign) {
        boolean hasDates = campaign.startsAt() != null && campaign.endsAt() != null;
        if (hasDates && !campaign.startsAt().isBefore(campaign.endsAt())) {
            wrong("ends_at", "after starts_at, which is " + campaign.startsAt());
        }
        boolean hasLine = campaign.dailyBudgetMicros() != null
                || hasDates && (campaign.totalBudgetMicros() != null || campaign.goal() != null);
        if ("even".equals(campaign.pacing()) && !hasLine) {
            wrong(
                    "pacing",
                    "asap, unless there is a daily budget, or starts_at and ends_at with a total budget or a goal, over"
                            + " which to spread evenly");
        }
    }

    private void wrong(String name, String allowed) {
        wrong(name, body.path(name), allowed);
    }

    private void wrong(String name, JsonNode value, String allowed) {
        errors.add(new WrongParameter(
                name, value.isMissingNode() ? null : value.isTextual() ? value.asText() : value.toString(), allowed));
    }

    private String id(String name) {
        return text(
                name,
                null,
                "a text of 1 to " + MOST_ID_BYTES + " bytes in UTF-8, without control characters or space around",
                text -> !text.isBlank()
                        && text.strip().equals(text)
                        && text.getBytes(StandardCharsets.UTF_8).length <= MOST_ID_BYTES
                        && text.chars().noneMatch(Character::isISOControl));
    }

    private String currency() {
        return text("currency", null, "a currency code after ISO 4217, such as EUR", CURRENCIES::contains);
    }

    private void unchanged(String name, String value) {
        if (body.has(name)
                && !(body.get(name).isTextual() && body.get(name).asText().equals(value))) {
            wrong(name, "left out, or " + value + " as it is: it cannot be changed");
        }
    }

    /** @param otherwise what an absent one is; null if it must be there */
    private String text(String name, String otherwise, String allowed, Predicate<String> check) {
        JsonNode value = body.path(name);
        if (otherwise != null && (value.isMissingNode() || value.isNull())) {
            return otherwise;
        }
        if (!value.isTextual() || !check.test(value.asText())) {
            wrong(name, allowed);
            return null;
        }
        return value.asText();
    }

    /** The first is what an absent one is. */
    private String oneOf(String name, String... allowed) {
        List<String> words = List.of(allowed);
        return text(name, allowed[0], "one of " + String.join(", ", words), words::contains);
    }

    private Long number(JsonNode object, String name, String path, long least) {
        JsonNode value = object.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isIntegralNumber()
                || !value.canConvertToLong()
                || value.asLong() < least
                || value.asLong() > MOST_MICROS) {
            wrong(path, value, "a whole number from " + least + " to " + MOST_MICROS);
            return null;
        }
        return value.asLong();
    }

    private Instant time(String name) {
        JsonNode value = body.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        String allowed = "a time from 2000 to 2999 with its offset, such as 2026-01-01T00:00:00+01:00, or null";
        try {
            OffsetDateTime time = OffsetDateTime.parse(value.isTextual() ? value.asText() : "");
            if (time.getYear() >= 2000 && time.getYear() < 3000) {
                return time.toInstant();
            }
        } catch (DateTimeParseException e) {
            wrong(name, allowed);
            return null;
        }
        wrong(name, allowed);
        return null;
    }

    private Goal goal() {
        JsonNode goal = body.path("goal");
        if (goal.isMissingNode() || goal.isNull()) {
            return null;
        }
        int before = errors.size();
        if (!goal.isObject()) {
            wrong("goal", "an object with metric and count, or null");
            return null;
        }
        goal.fieldNames().forEachRemaining(name -> {
            if (!name.equals("metric") && !name.equals("count")) {
                wrong("goal." + name, goal.get(name), "left out: the fields of a goal are metric and count");
            }
        });
        String metric = goal.path("metric").asText();
        if (!metric.equals("impressions") && !metric.equals("clicks")) {
            wrong("goal.metric", goal.path("metric"), "impressions or clicks");
        }
        Long count = number(goal, "count", "goal.count", 1);
        if (count == null && errors.size() == before) {
            wrong("goal.count", goal.path("count"), "a whole number from 1 to " + MOST_MICROS);
        }
        return errors.size() == before ? new Goal(metric, count) : null;
    }
}
