package io.lightflow.registry.server;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;

/**
 * The settings of a subject, a context or all subjects, with the field names of the API. Null fields are inherited.
 *
 * @param alias the subject that paths with this subject mean
 * @param normalize whether schemas are stored in their normal form
 * @param validateFields whether new versions must keep and respect reserved fields
 * @param validateNewSchemas whether names and defaults of new schemas must be valid; true by default
 * @param compatibilityGroup the property of the metadata by whose value versions are compared
 */
@JsonInclude(Include.NON_NULL)
record SubjectConfig(
        String alias,
        String aliasForDeks,
        Boolean normalize,
        Boolean validateFields,
        Boolean validateNewSchemas,
        Boolean validateRules,
        CompatibilityLevel compatibilityLevel,
        String compatibilityPolicy,
        String compatibilityGroup,
        Metadata defaultMetadata,
        Metadata overrideMetadata,
        RuleSet defaultRuleSet,
        RuleSet overrideRuleSet) {
    static final SubjectConfig NONE =
            new SubjectConfig(null, null, null, null, null, null, null, null, null, null, null, null, null);
    /** The settings that hold where none are set. */
    static final SubjectConfig DEFAULT = NONE.withLevel(CompatibilityLevel.DEFAULT);

    /** These settings, completed by others. An alias holds only for the subject that has it. */
    SubjectConfig or(SubjectConfig other) {
        return new SubjectConfig(
                alias,
                aliasForDeks,
                either(normalize, other.normalize),
                either(validateFields, other.validateFields),
                either(validateNewSchemas, other.validateNewSchemas),
                either(validateRules, other.validateRules),
                either(compatibilityLevel, other.compatibilityLevel),
                either(compatibilityPolicy, other.compatibilityPolicy),
                either(compatibilityGroup, other.compatibilityGroup),
                either(defaultMetadata, other.defaultMetadata),
                either(overrideMetadata, other.overrideMetadata),
                either(defaultRuleSet, other.defaultRuleSet),
                either(overrideRuleSet, other.overrideRuleSet));
    }

    SubjectConfig withLevel(CompatibilityLevel level) {
        return new SubjectConfig(
                alias,
                aliasForDeks,
                normalize,
                validateFields,
                validateNewSchemas,
                validateRules,
                level,
                compatibilityPolicy,
                compatibilityGroup,
                defaultMetadata,
                overrideMetadata,
                defaultRuleSet,
                overrideRuleSet);
    }

    private static <T> T either(T own, T other) {
        return own == null ? other : own;
    }

    boolean normalizes() {
        return Boolean.TRUE.equals(normalize);
    }

    boolean validatesFields() {
        return Boolean.TRUE.equals(validateFields);
    }

    boolean validatesNewSchemas() {
        return !Boolean.FALSE.equals(validateNewSchemas);
    }

    boolean hasDefaultsOrOverrides() {
        return defaultMetadata != null || overrideMetadata != null || defaultRuleSet != null || overrideRuleSet != null;
    }
}
