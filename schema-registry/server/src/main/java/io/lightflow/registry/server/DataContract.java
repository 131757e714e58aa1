package io.lightflow.registry.server;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import java.util.Objects;
import java.util.Optional;

/**
 * Metadata and rules of a schema. They are part of its content, and so of its id.
 *
 * @param metadata null for none
 * @param ruleSet null for none
 */
@JsonInclude(Include.NON_NULL)
record DataContract(Metadata metadata, RuleSet ruleSet) {
    static final DataContract NONE = new DataContract(null, null);

    @JsonIgnore
    boolean isEmpty() {
        return (metadata == null || metadata.isEmpty()) && (ruleSet == null || ruleSet.isEmpty());
    }

    /** Null in place of empty parts: the same content has the same id. */
    DataContract normalized() {
        return new DataContract(
                metadata == null || metadata.isEmpty() ? null : metadata,
                ruleSet == null || ruleSet.isEmpty() ? null : ruleSet);
    }

    /** Completes what a client omitted: from the previous version, and by the subject's defaults and overrides. */
    DataContract completed(DataContract previous, SubjectConfig config) {
        Metadata own = metadata == null ? previous.metadata : metadata;
        RuleSet ownRules = ruleSet == null ? previous.ruleSet : ruleSet;
        return new DataContract(
                Metadata.merged(Metadata.merged(config.defaultMetadata(), own), config.overrideMetadata()),
                RuleSet.merged(RuleSet.merged(config.defaultRuleSet(), ownRules), config.overrideRuleSet()));
    }

    DataContract withVersion(int version) {
        return new DataContract((metadata == null ? Metadata.EMPTY : metadata).withVersion(version), ruleSet);
    }

    boolean namesVersion() {
        return metadata != null && metadata.property(Metadata.VERSION).isPresent();
    }

    Optional<String> property(String name) {
        return metadata == null ? Optional.empty() : metadata.property(name);
    }

    /** Whether a client that sends this contract means that version; either may omit the version's number. */
    boolean means(DataContract stored, int storedVersion) {
        Optional<Integer> wanted = version();
        Optional<Integer> found = stored.version();
        if (wanted.isPresent() == found.isPresent()) {
            return normalized().equals(stored.normalized());
        }
        return (wanted.isEmpty() || wanted.get() == storedVersion)
                && Objects.equals(withoutVersion(), stored.withoutVersion());
    }

    private Optional<Integer> version() {
        return metadata == null ? Optional.empty() : metadata.version();
    }

    private DataContract withoutVersion() {
        return new DataContract(metadata == null ? null : metadata.withoutVersion(), ruleSet).normalized();
    }
}
