package io.lightflow.registry.server;

import static io.lightflow.registry.server.RowMappers.SELECT_SCHEMA;
import static io.lightflow.registry.server.RowMappers.SELECT_VERSION;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.lightflow.service.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** Stores schemas by id, independent of subjects. */
final class SchemaStore {
    private static final long MAX_CACHED_CHARACTERS = 32_000_000;
    /** A schema never changes, but another server of this database may delete it permanently. */
    private static final Duration CACHE_DURATION = Duration.ofSeconds(10);

    private final Sql sql;
    private final Cache<Integer, StoredSchema> cache = Caffeine.newBuilder()
            .maximumWeight(MAX_CACHED_CHARACTERS)
            .weigher((Integer id, StoredSchema schema) ->
                    schema.schema().length() + schema.resolved().length())
            .expireAfterWrite(CACHE_DURATION)
            .build();

    private final Cache<Integer, List<SubjectVersion>> versions = Caffeine.newBuilder()
            .maximumWeight(MAX_CACHED_CHARACTERS)
            .weigher((Integer id, List<SubjectVersion> all) ->
                    all.stream().mapToInt(version -> version.schema().length()).sum())
            .expireAfterWrite(CACHE_DURATION)
            .build();

    SchemaStore(Sql sql) {
        this.sql = sql;
    }

    /** Returns the schema, from the cache if it was recently requested. */
    Optional<StoredSchema> schema(int id) {
        return Optional.ofNullable(cache.get(id, this::load));
    }

    private StoredSchema load(int id) {
        return sql.query("get schema " + id, connection -> load(connection, id)).orElse(null);
    }

    static Optional<StoredSchema> load(Connection connection, int id) throws SQLException {
        return Sql.first(connection, SELECT_SCHEMA + "WHERE s.id = ?", RowMappers::schema, id);
    }

    /** The schema of this GUID. */
    Optional<StoredSchema> schema(String guid) {
        return Guid.first(guid)
                .flatMap(first -> sql.query(
                        "get schema " + guid,
                        connection -> Sql.first(
                                connection,
                                SELECT_SCHEMA + "WHERE s.fingerprint BETWEEN ? AND ?",
                                RowMappers::schema,
                                first,
                                Guid.last(guid).orElseThrow())));
    }

    /** All versions of a schema, from the cache if they were recently requested; active ones first. */
    List<SubjectVersion> allVersions(int id) {
        return versions.get(id, key -> versions(key, DeletedFilter.INCLUDED).stream()
                .sorted(Comparator.comparing(SubjectVersion::isDeleted))
                .toList());
    }

    List<SubjectVersion> versions(int id, DeletedFilter deleted) {
        return sql.query(
                "list the versions of schema " + id,
                connection -> Sql.all(
                        connection,
                        SELECT_VERSION + "WHERE v.schema_id = ? AND " + deleted.condition()
                                + " ORDER BY v.subject COLLATE \"C\", v.version",
                        RowMappers::version,
                        id));
    }

    /** Stores a schema that may have no subject, so that its records can be read. */
    Registration.Outcome store(ParsedSchema schema) {
        return sql.inTransaction(
                "store schema " + schema.id(), connection -> insert(connection, schema, DeletedFilter.EXCLUDED));
    }

    /**
     * Inserts the schema unless it exists, and prevents its deletion until the transaction ends.
     *
     * @param references which versions it may reference
     * @throws ApiException if another schema has its id
     */
    static Registration.Outcome insert(Connection connection, ParsedSchema schema, DeletedFilter references)
            throws SQLException {
        requireReferences(connection, schema, references);
        Registration.Outcome outcome = Registration.Outcome.EXISTED;
        Optional<byte[]> stored = Optional.empty();
        // Repeats only if another transaction deletes the schema between the two statements.
        while (stored.isEmpty()) {
            int inserted = Sql.update(
                    connection,
                    "INSERT INTO registry.schemas"
                            + " (id, fingerprint, schema_fingerprint, schema, resolved, metadata, rule_set)"
                            + " VALUES (?, ?, ?, ?, ?, ?::json, ?::json) ON CONFLICT DO NOTHING",
                    schema.id(),
                    schema.fingerprint(),
                    schema.schemaFingerprint(),
                    schema.text(),
                    schema.references().isEmpty() ? null : schema.resolved(),
                    json(schema.contract().metadata()),
                    json(schema.contract().ruleSet()));
            if (inserted == 1) {
                insertReferences(connection, schema);
                outcome = Registration.Outcome.CREATED;
            }
            stored = Sql.first(
                    connection,
                    "SELECT fingerprint FROM registry.schemas WHERE id = ? FOR KEY SHARE",
                    row -> row.getBytes(1),
                    schema.id());
        }
        if (!Arrays.equals(stored.get(), schema.fingerprint())) {
            throw ApiException.idInUse(schema);
        }
        return outcome;
    }

    private static String json(Object value) {
        return value == null ? null : CanonicalJson.write(value);
    }

    /** Prevents the deletion of referenced versions until the transaction ends. */
    private static void requireReferences(Connection connection, ParsedSchema schema, DeletedFilter allowed)
            throws SQLException {
        for (ResolvedReference reference : schema.references()) {
            Optional<Integer> there = Sql.first(
                    connection,
                    "SELECT v.schema_id FROM registry.versions v WHERE v.subject = ? AND v.version = ? AND "
                            + allowed.condition() + " FOR SHARE",
                    row -> row.getInt(1),
                    reference.reference().subject(),
                    reference.reference().version());
            if (there.isEmpty() || there.get() != reference.schemaId()) {
                throw ApiException.referenceNotFound(reference.reference());
            }
        }
    }

    private static void insertReferences(Connection connection, ParsedSchema schema) throws SQLException {
        int position = 0;
        for (ResolvedReference reference : schema.references()) {
            Sql.update(
                    connection,
                    "INSERT INTO registry.schema_references (schema_id, position, name, subject, version, written)"
                            + " VALUES (?, ?, ?, ?, ?, ?)",
                    schema.id(),
                    position++,
                    reference.reference().name(),
                    reference.reference().subject(),
                    reference.reference().version(),
                    reference.written().equals(reference.reference().subject()) ? null : reference.written());
        }
    }

    /** Prevents concurrent uses of schemas. One order for all transactions prevents deadlocks. */
    static void lock(Connection connection, Collection<Integer> ids) throws SQLException {
        for (int id : new TreeSet<>(ids)) {
            Sql.first(connection, "SELECT id FROM registry.schemas WHERE id = ? FOR UPDATE", row -> true, id);
        }
    }

    /** Deletes a locked schema that no subject uses any more, after a permanent deletion of a version. */
    static void removeIfUnused(Connection connection, int id) throws SQLException {
        Sql.update(
                connection,
                "DELETE FROM registry.schemas s WHERE s.id = ?"
                        + " AND NOT EXISTS (SELECT 1 FROM registry.versions v WHERE v.schema_id = s.id)",
                id);
    }

    void forget(int id) {
        cache.invalidate(id);
        versions.invalidate(id);
    }
}
