package io.lightflow.registry.server;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Rules that clients apply to records of a schema, with the field names of the API. The registry stores them.
 *
 * @param enableAt null for none
 */
@JsonInclude(Include.NON_EMPTY)
record RuleSet(List<Rule> migrationRules, List<Rule> domainRules, List<Rule> encodingRules, JsonNode enableAt) {
    private static final Set<String> MIGRATION_MODES = Set.of("UPGRADE", "DOWNGRADE", "UPDOWN");
    private static final Set<String> RECORD_MODES = Set.of("WRITE", "READ", "WRITEREAD");

    RuleSet {
        migrationRules = present(migrationRules);
        domainRules = present(domainRules);
        encodingRules = present(encodingRules);
        enableAt = enableAt == null || enableAt.isNull() ? null : enableAt;
        requireModes("Migration", migrationRules, MIGRATION_MODES);
        requireModes("Domain", domainRules, RECORD_MODES);
        requireModes("Encoding", encodingRules, RECORD_MODES);
        Set<String> names = new HashSet<>();
        Stream.of(migrationRules, domainRules, encodingRules)
                .flatMap(List::stream)
                .map(Rule::name)
                .filter(name -> !names.add(name))
                .findFirst()
                .ifPresent(name -> {
                    throw ApiException.invalidRuleSet("Found rule with duplicate name '" + name + "'");
                });
    }

    private static List<Rule> present(List<Rule> rules) {
        if (rules != null && rules.stream().anyMatch(Objects::isNull)) {
            throw ApiException.invalidRuleSet("Expected a rule, found null");
        }
        return rules == null ? List.of() : List.copyOf(rules);
    }

    private static void requireModes(String kind, List<Rule> rules, Set<String> modes) {
        for (Rule rule : rules) {
            if (!modes.contains(rule.mode())) {
                throw ApiException.invalidRuleSet(kind + " rules can only be "
                        + String.join(", ", modes.stream().sorted().toList()) + ", but the mode of rule " + rule.name()
                        + " is " + rule.mode());
            }
        }
    }

    @JsonIgnore
    boolean isEmpty() {
        return migrationRules.isEmpty() && domainRules.isEmpty() && encodingRules.isEmpty() && enableAt == null;
    }

    boolean hasType(String type) {
        return Stream.of(migrationRules, domainRules, encodingRules)
                .flatMap(List::stream)
                .anyMatch(rule -> rule.type().equals(type));
    }

    /** Both rule sets; the other's rules replace those of the same name. Null stands for none. */
    static RuleSet merged(RuleSet base, RuleSet other) {
        if (base == null || other == null) {
            return base == null ? other : base;
        }
        return new RuleSet(
                merged(base.migrationRules, other.migrationRules),
                merged(base.domainRules, other.domainRules),
                merged(base.encodingRules, other.encodingRules),
                other.enableAt == null ? base.enableAt : other.enableAt);
    }

    private static List<Rule> merged(List<Rule> base, List<Rule> other) {
        Map<String, Rule> both = new LinkedHashMap<>();
        base.forEach(rule -> both.put(rule.name(), rule));
        other.forEach(rule -> both.remove(rule.name()));
        other.forEach(rule -> both.put(rule.name(), rule));
        return List.copyOf(both.values());
    }
}
