package io.lightflow.registry.server;

import static io.lightflow.registry.server.Rows.SELECT_SCHEMA;
import static io.lightflow.registry.server.Rows.SELECT_VERSION;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.lightflow.service.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The schemas by id, whatever subjects hold them. */
final class SchemaStore {
    private static final long CACHED_CHARACTERS = 32_000_000;
    /** A schema never changes, but another server on this database may delete it for good. */
    private static final Duration CACHED_FOR = Duration.ofSeconds(10);

    private final Sql sql;
    private final Cache<Integer, StoredSchema> cache = Caffeine.newBuilder()
            .maximumWeight(CACHED_CHARACTERS)
            .weigher((Integer id, StoredSchema schema) ->
                    schema.schema().length() + schema.resolved().length())
            .expireAfterWrite(CACHED_FOR)
            .build();

    SchemaStore(Sql sql) {
        this.sql = sql;
    }

    /** The schema, from memory if it was asked for a moment ago. */
    Optional<StoredSchema> schema(int id) {
        return Optional.ofNullable(cache.get(id, this::load));
    }

    private StoredSchema load(int id) {
        return sql.ask("get schema " + id, connection -> load(connection, id)).orElse(null);
    }

    static Optional<StoredSchema> load(Connection connection, int id) throws SQLException {
        return Sql.first(connection, SELECT_SCHEMA + "WHERE s.id = ?", Rows::schema, id);
    }

    List<SubjectVersion> versions(int id, Deleted deleted) {
        return sql.ask(
                "list the versions of schema " + id,
                connection -> Sql.all(
                        connection,
                        SELECT_VERSION + "WHERE v.schema_id = ? AND " + deleted.condition()
                                + " ORDER BY v.subject, v.version",
                        Rows::version,
                        id));
    }

    /** Keeps a schema that may have no subject: records that were written with it can be read. */
    Registration.Outcome keep(ParsedSchema schema) {
        return sql.change("keep schema " + schema.id(), connection -> insert(connection, schema, Deleted.LEFT_OUT));
    }

    /**
     * Makes sure that the schema is there, and stays until the transaction ends.
     *
     * @param references which versions it may refer to
     * @throws ApiException if another schema has its id
     */
    static Registration.Outcome insert(Connection connection, ParsedSchema schema, Deleted references)
            throws SQLException {
        Registration.Outcome outcome = Registration.Outcome.EXISTED;
        Optional<byte[]> stored = Optional.empty();
        // More than once only if somebody deletes it between the two statements.
        while (stored.isEmpty()) {
            int inserted = Sql.update(
                    connection,
                    "INSERT INTO registry.schemas (id, fingerprint, schema, resolved) VALUES (?, ?, ?, ?)"
                            + " ON CONFLICT DO NOTHING",
                    schema.id(),
                    schema.fingerprint(),
                    schema.text(),
                    schema.references().isEmpty() ? null : schema.resolved());
            if (inserted == 1) {
                insertReferences(connection, schema, references);
                outcome = Registration.Outcome.CREATED;
            }
            stored = Sql.first(
                    connection,
                    "SELECT fingerprint FROM registry.schemas WHERE id = ? FOR KEY SHARE",
                    row -> row.getBytes(1),
                    schema.id());
        }
        if (!Arrays.equals(stored.get(), schema.fingerprint())) {
            throw ApiException.idTaken(schema);
        }
        return outcome;
    }

    private static void insertReferences(Connection connection, ParsedSchema schema, Deleted allowed)
            throws SQLException {
        int position = 0;
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
            Sql.update(
                    connection,
                    "INSERT INTO registry.schema_references (schema_id, position, name, subject, version)"
                            + " VALUES (?, ?, ?, ?, ?)",
                    schema.id(),
                    position++,
                    reference.reference().name(),
                    reference.reference().subject(),
                    reference.reference().version());
        }
    }

    /** After a version was deleted for good: a schema that no subject holds any more goes with it. */
    static void removeIfUnused(Connection connection, int id) throws SQLException {
        Sql.first(connection, "SELECT id FROM registry.schemas WHERE id = ? FOR UPDATE", row -> true, id);
        Sql.update(
                connection,
                "DELETE FROM registry.schemas s WHERE s.id = ?"
                        + " AND NOT EXISTS (SELECT 1 FROM registry.versions v WHERE v.schema_id = s.id)",
                id);
    }

    void forget(int id) {
        cache.invalidate(id);
    }
}
