package io.lightflow.registry.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.lightflow.service.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Stores the settings of subjects, contexts and all subjects, even before a subject exists. */
final class ConfigStore {
    /** Stands for all subjects of the default context without their own setting. */
    static final String ALL_SUBJECTS = "";

    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final String LEVEL = "compatibilityLevel";
    private static final String POLICY = "compatibilityPolicy";
    private static final String ALIAS = "alias";
    private static final Set<String> FIELDS = Set.of(
            ALIAS,
            "aliasForDeks",
            "normalize",
            "validateFields",
            "validateNewSchemas",
            "validateRules",
            LEVEL,
            POLICY,
            "compatibilityGroup",
            "defaultMetadata",
            "overrideMetadata",
            "defaultRuleSet",
            "overrideRuleSet");
    /** For Avro they are the same. */
    private static final Set<String> POLICIES = Set.of("STRICT", "LENIENT");
    /** Another server of this database may change an alias. */
    private static final Duration ALIASES_DURATION = Duration.ofSeconds(10);

    private final Sql sql;
    /** One entry with all aliases: every request names a subject, and few subjects have an alias. */
    private final Cache<String, Map<String, String>> aliases =
            Caffeine.newBuilder().expireAfterWrite(ALIASES_DURATION).build();

    ConfigStore(Sql sql) {
        this.sql = sql;
    }

    /** The fields set for exactly this subject, context or {@link #ALL_SUBJECTS}. */
    Optional<SubjectConfig> config(String subject) {
        return sql.query("get the settings of " + subject, connection -> own(connection, subject));
    }

    private static Optional<SubjectConfig> own(Connection connection, String subject) throws SQLException {
        return Sql.first(
                connection,
                "SELECT config::text FROM registry.configs WHERE subject = ?",
                row -> CanonicalJson.read(row.getString(1), SubjectConfig.class),
                subject);
    }

    /** The settings that hold for this subject. */
    SubjectConfig effective(String subject) {
        return sql.query("get the settings of " + subject, connection -> effective(connection, subject));
    }

    static SubjectConfig effective(Connection connection, String subject) throws SQLException {
        List<String> scopes = Contexts.scopes(subject);
        Map<String, SubjectConfig> found = new HashMap<>();
        Sql.all(
                connection,
                "SELECT subject, config::text FROM registry.configs WHERE subject IN (?, ?, ?)",
                row -> found.put(row.getString(1), CanonicalJson.read(row.getString(2), SubjectConfig.class)),
                scopes.get(0),
                scopes.get(scopes.size() / 2),
                scopes.get(scopes.size() - 1));
        SubjectConfig result = found.getOrDefault(subject, SubjectConfig.NONE);
        for (String scope : scopes) {
            result = result.or(found.getOrDefault(scope, SubjectConfig.NONE));
        }
        return result.or(SubjectConfig.DEFAULT);
    }

    /** The subject that a name in a path means: its alias, or itself. */
    String resolveAlias(String subject) {
        Map<String, String> all = aliases.get("", key -> loadAliases());
        String alias = all.isEmpty() ? null : all.get(subject);
        return alias == null ? subject : Contexts.resolve(Contexts.prefixOf(subject), alias);
    }

    private Map<String, String> loadAliases() {
        return sql.query("list the aliases", connection -> {
            Map<String, String> found = new HashMap<>();
            Sql.all(
                    connection,
                    "SELECT subject, config->>'alias' FROM registry.configs WHERE config->>'alias' <> ''",
                    row -> found.put(row.getString(1), row.getString(2)));
            return Map.copyOf(found);
        });
    }

    /** All aliases with the subjects that they mean. */
    Map<String, String> allAliases() {
        Map<String, String> resolved = new HashMap<>();
        loadAliases()
                .forEach(
                        (subject, alias) -> resolved.put(subject, Contexts.resolve(Contexts.prefixOf(subject), alias)));
        return resolved;
    }

    /**
     * Sets the fields that the change has; a null removes one.
     *
     * @return all fields set for exactly this subject
     */
    SubjectConfig update(String subject, ObjectNode change) {
        SubjectConfig updated = sql.inTransaction("set the settings of " + subject, connection -> {
            ModeStore.requireWritable(connection, subject);
            ObjectNode fields = Sql.first(
                            connection,
                            "SELECT config::text FROM registry.configs WHERE subject = ? FOR UPDATE",
                            row -> CanonicalJson.read(row.getString(1), ObjectNode.class),
                            subject)
                    .orElseGet(JSON::createObjectNode);
            apply(change, fields);
            SubjectConfig config = parse(fields);
            Sql.update(
                    connection,
                    "INSERT INTO registry.configs (subject, config) VALUES (?, ?::jsonb)"
                            + " ON CONFLICT (subject) DO UPDATE SET config = excluded.config",
                    subject,
                    CanonicalJson.write(config));
            return config;
        });
        aliases.invalidateAll();
        return updated;
    }

    private static void apply(ObjectNode change, ObjectNode fields) {
        change.properties().forEach(field -> {
            String name = field.getKey().equals("compatibility") ? LEVEL : field.getKey();
            JsonNode value = field.getValue();
            if (!FIELDS.contains(name)) {
                return;
            }
            if (value.isNull()) {
                fields.remove(name);
            } else if (name.equals(LEVEL)) {
                fields.put(name, CompatibilityLevel.parse(value.asText()).name());
            } else if (name.equals(ALIAS)) {
                RequestPaths.requirePrintable(value.asText());
                fields.set(name, value);
            } else {
                fields.set(name, value);
            }
        });
        String policy = fields.path(POLICY).asText("STRICT");
        if (!POLICIES.contains(policy.toUpperCase(Locale.ROOT))) {
            throw ApiException.invalidCompatibilityPolicy(policy);
        }
    }

    private static SubjectConfig parse(ObjectNode fields) {
        try {
            return JSON.treeToValue(fields, SubjectConfig.class);
        } catch (JsonProcessingException e) {
            throw ApiException.unwrapped(e).orElseGet(() -> ApiException.invalidBody(InvalidJson.reason(e)));
        }
    }

    /** @return the fields that were set; empty if there were none */
    Optional<SubjectConfig> delete(String subject) {
        Optional<SubjectConfig> deleted = sql.inTransaction("delete the settings of " + subject, connection -> {
            ModeStore.requireWritable(connection, subject);
            return Sql.first(
                    connection,
                    "DELETE FROM registry.configs WHERE subject = ? RETURNING config::text",
                    row -> CanonicalJson.read(row.getString(1), SubjectConfig.class),
                    subject);
        });
        aliases.invalidateAll();
        return deleted;
    }

    static void deleteOf(Connection connection, String subject) throws SQLException {
        Sql.update(connection, "DELETE FROM registry.configs WHERE subject = ?", subject);
    }
}
