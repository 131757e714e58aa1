package io.lightflow.registry.server;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;

/**
 * A rule that clients apply to records. The registry checks its name, type and mode, and keeps every other field as it
 * is, because only the client's executors know them.
 */
record Rule(@JsonValue JsonNode json) {
    private static final int MAX_NAME_CHARACTERS = 256;

    @JsonCreator
    Rule {
        if (!json.isObject()) {
            throw ApiException.invalidRuleSet("Expected a rule, found " + json);
        }
        json = CanonicalJson.sorted(json);
        String name = json.path("name").asText();
        if (name.isBlank()
                || name.length() > MAX_NAME_CHARACTERS
                || name.chars().anyMatch(Character::isISOControl)) {
            throw ApiException.invalidRuleSet("Expected a rule with a name, found " + json);
        }
        if (json.path("type").asText().isBlank()) {
            throw ApiException.invalidRuleSet("Rule " + name + " has no type");
        }
    }

    String name() {
        return json.path("name").asText();
    }

    /** WRITEREAD, like in clients, if the rule names none. */
    String mode() {
        return json.path("mode").asText("WRITEREAD");
    }

    String type() {
        return json.path("type").asText();
    }
}
