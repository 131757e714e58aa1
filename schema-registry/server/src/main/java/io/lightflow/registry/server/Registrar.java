package io.lightflow.registry.server;

import static io.lightflow.registry.server.RowMappers.SELECT_VERSION;

import io.lightflow.registry.server.CompatibilityCheck.VersionedSchema;
import io.lightflow.registry.server.SchemaParser.Options;
import io.lightflow.registry.server.SchemaParser.Text;
import io.lightflow.registry.server.SchemaParser.Validation;
import io.lightflow.service.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Adds versions to subjects. Several servers may do so concurrently: each locks the subject's row. */
final class Registrar {
    private final Sql sql;
    private final SchemaParser parser;

    Registrar(Sql sql, SchemaParser parser) {
        this.sql = sql;
        this.parser = parser;
    }

    /** Whether a version must be compatible with earlier ones. */
    enum Compatibility {
        REQUIRED,
        IGNORED
    }

    /**
     * A subject before a registration.
     *
     * @param latest empty if it has no active version
     * @param next the number of its next version
     */
    private record SubjectState(SubjectConfig config, Optional<SubjectVersion> latest, int next) {
        /** The request with what it omits, and with the number of its version if it asks for that. */
        SchemaRequest completed(SchemaRequest request) {
            SchemaRequest completed = request.completed(latest, config);
            boolean namesVersion = request.givenVersion().isPresent()
                    || request.wantsLatest()
                    || completed.contract().namesVersion();
            return namesVersion ? completed.withContract(completed.contract().withVersion(next)) : completed;
        }
    }

    /**
     * Registers a schema as the next version of {@code subject}, unless it is already a version. The request's metadata
     * and rules, and even its schema, default to those of the latest version.
     *
     * @return the schema's version, and whether it is new
     * @throws ApiException if the schema is incompatible with earlier versions, another schema has its id, it would not
     *     become the required version, or the mode forbids it
     */
    Registration register(String subject, SchemaRequest request, Text text, Compatibility compatibility) {
        String action = "register a schema as " + subject;
        SubjectState state = sql.query(action, connection -> state(connection, subject));
        Options options = options(subject, text, state.config(), DeletedFilter.EXCLUDED);
        if (request.hasSchema()
                && request.givenVersion().isEmpty()
                && !state.config().hasDefaultsOrOverrides()) {
            ParsedSchema schema = request.parse(parser, options.forLookUp());
            Optional<SubjectVersion> existing = existing(subject, request, schema, state);
            if (existing.isPresent()) {
                return Registration.existed(existing.get());
            }
        }
        while (true) {
            SchemaRequest completed = state.completed(request);
            ParsedSchema schema = completed.parse(parser, options);
            Optional<Registration> done = sql.inTransaction(
                    action,
                    connection -> registerLocked(connection, subject, request, completed, schema, compatibility));
            if (done.isPresent()) {
                return done.get();
            }
            state = sql.query(action, connection -> state(connection, subject));
        }
    }

    private Optional<SubjectVersion> existing(
            String subject, SchemaRequest request, ParsedSchema schema, SubjectState state) {
        if (request.wantsLatest()) {
            return state.latest().filter(schema::means);
        }
        return sql.query(
                "look up a schema in " + subject,
                connection -> SubjectStore.find(connection, subject, schema, DeletedFilter.EXCLUDED));
    }

    /** The form in which a subject's settings let schemas be parsed. */
    static Options options(String subject, Text text, SubjectConfig config, DeletedFilter references) {
        return new Options(
                subject,
                config.normalizes() ? Text.NORMALIZED : text,
                config.validatesNewSchemas() ? Validation.STRICT : Validation.LENIENT,
                references);
    }

    private static SubjectState state(Connection connection, String subject) throws SQLException {
        return new SubjectState(
                ConfigStore.effective(connection, subject),
                SubjectStore.latest(connection, subject, DeletedFilter.EXCLUDED),
                next(connection, subject));
    }

    /** @return empty if a concurrent change of the subject completes the request in another way */
    private static Optional<Registration> registerLocked(
            Connection connection,
            String subject,
            SchemaRequest request,
            SchemaRequest completed,
            ParsedSchema schema,
            Compatibility compatibility)
            throws SQLException {
        lock(connection, subject);
        SubjectState state = state(connection, subject);
        if (!state.completed(request).equals(completed)) {
            return Optional.empty();
        }
        if (request.givenVersion().isEmpty()) {
            Optional<SubjectVersion> existing = SubjectStore.find(connection, subject, schema, DeletedFilter.EXCLUDED);
            if (existing.isPresent()) {
                return existing.map(Registration::existed);
            }
        }
        ModeStore.requireWritable(connection, subject);
        if (ModeStore.effective(connection, subject).isImport()) {
            throw ApiException.notPermitted(
                    "Subject " + subject + " is in import mode, which requires the schema's \"id\""
                            + " and optionally its \"version\". Send them, or set the subject's mode to READWRITE");
        }
        if (compatibility == Compatibility.REQUIRED) {
            requireCompatible(connection, subject, schema, state.config());
        }
        request.givenVersion().filter(given -> given != state.next()).ifPresent(given -> {
            throw ApiException.versionIsNotNext(subject, given, state.next());
        });
        SchemaStore.insert(connection, schema, DeletedFilter.EXCLUDED);
        return Optional.of(
                Registration.created(add(connection, subject, state.next(), schema, DeletedFilter.EXCLUDED)));
    }

    /**
     * Registers {@code schema} with the version of another registry, without a compatibility check. It revives a
     * deleted version, and overwrites nothing.
     *
     * @param version the required version; empty for the next one
     * @param deleted {@link DeletedFilter#ONLY} for a version that is deleted in the other registry
     * @throws ApiException if another schema has that version or id, or the mode forbids it
     */
    Registration importVersion(String subject, ParsedSchema schema, Optional<Integer> version, DeletedFilter deleted) {
        return sql.inTransaction("import schema " + schema.id() + " in " + subject, connection -> {
            lock(connection, subject);
            ModeStore.requireWritable(connection, subject);
            Optional<SubjectVersion> same = SubjectStore.find(connection, subject, schema, DeletedFilter.EXCLUDED)
                    .filter(found -> found.id() == schema.id());
            if (version.isEmpty()) {
                return same.isPresent()
                        ? Registration.existed(same.get())
                        : importVersion(connection, subject, next(connection, subject), schema, deleted);
            }
            Optional<SubjectVersion> there = version(connection, subject, version.get());
            if (there.isPresent() && there.get().id() != schema.id()) {
                throw ApiException.versionInUse(subject, version.get(), schema.id(), there.get());
            }
            if (there.isPresent() && (!there.get().isDeleted() || deleted == DeletedFilter.ONLY)) {
                return Registration.existed(there.get());
            }
            if (same.isPresent() && deleted != DeletedFilter.ONLY) {
                throw ApiException.versionInUse(subject, version.get(), schema.id(), same.get());
            }
            return there.isPresent()
                    ? Registration.created(revive(connection, subject, version.get(), schema))
                    : importVersion(connection, subject, version.get(), schema, deleted);
        });
    }

    private static Registration importVersion(
            Connection connection, String subject, int version, ParsedSchema schema, DeletedFilter deleted)
            throws SQLException {
        // A deleted version may reference deleted versions.
        SchemaStore.insert(
                connection, schema, deleted == DeletedFilter.ONLY ? DeletedFilter.INCLUDED : DeletedFilter.EXCLUDED);
        return Registration.created(add(connection, subject, version, schema, deleted));
    }

    private static SubjectVersion revive(Connection connection, String subject, int version, ParsedSchema schema)
            throws SQLException {
        SchemaStore.insert(connection, schema, DeletedFilter.EXCLUDED);
        Sql.update(
                connection,
                "UPDATE registry.versions SET deleted = false WHERE subject = ? AND version = ?",
                subject,
                version);
        return version(connection, subject, version).orElseThrow();
    }

    private static Optional<SubjectVersion> version(Connection connection, String subject, int version)
            throws SQLException {
        return Sql.first(
                connection,
                SELECT_VERSION + "WHERE v.subject = ? AND v.version = ?",
                RowMappers::version,
                subject,
                version);
    }

    /** Prevents concurrent changes of this subject until the transaction ends. */
    static void lock(Connection connection, String subject) throws SQLException {
        Optional<Boolean> locked;
        // Repeats only if another transaction deletes the subject's context between the two statements.
        do {
            Sql.update(connection, "INSERT INTO registry.subjects (name) VALUES (?) ON CONFLICT DO NOTHING", subject);
            locked = Sql.first(
                    connection, "SELECT true FROM registry.subjects WHERE name = ? FOR UPDATE", row -> true, subject);
        } while (locked.isEmpty());
    }

    private static int next(Connection connection, String subject) throws SQLException {
        return Sql.first(
                        connection,
                        "SELECT coalesce(max(version), 0) + 1 FROM registry.versions WHERE subject = ?",
                        row -> row.getInt(1),
                        subject)
                .orElseThrow();
    }

    private static SubjectVersion add(
            Connection connection, String subject, int version, ParsedSchema schema, DeletedFilter deleted)
            throws SQLException {
        if (deleted == DeletedFilter.EXCLUDED) {
            replaceDeleted(connection, subject, version, schema.id());
        }
        Sql.update(
                connection,
                "INSERT INTO registry.versions (subject, version, schema_id, deleted) VALUES (?, ?, ?, ?)",
                subject,
                version,
                schema.id(),
                deleted == DeletedFilter.ONLY);
        return version(connection, subject, version).orElseThrow();
    }

    /** A new version takes the place of deleted ones of the same schema, unless they are referenced. */
    private static void replaceDeleted(Connection connection, String subject, int version, int id) throws SQLException {
        Sql.update(
                connection,
                "DELETE FROM registry.versions v WHERE v.subject = ? AND v.schema_id = ? AND v.deleted"
                        + " AND v.version < ? AND NOT EXISTS (SELECT 1 FROM registry.schema_references r"
                        + " WHERE r.subject = v.subject AND r.version = v.version)",
                subject,
                id,
                version);
    }

    private static void requireCompatible(
            Connection connection, String subject, ParsedSchema schema, SubjectConfig config) throws SQLException {
        List<String> incompatibilities =
                CompatibilityCheck.incompatibilities(config, schema, earlier(connection, subject, config));
        if (!incompatibilities.isEmpty()) {
            throw ApiException.incompatible(
                    "Schema being registered is incompatible with an earlier schema for subject \"" + subject
                            + "\", details: [" + String.join(", ", incompatibilities) + "]");
        }
    }

    /** The versions that the settings compare, in ascending order. */
    private static List<VersionedSchema> earlier(Connection connection, String subject, SubjectConfig config)
            throws SQLException {
        if (config.compatibilityLevel() == CompatibilityLevel.NONE && !config.validatesFields()) {
            return List.of();
        }
        boolean all = config.compatibilityLevel().transitive() || config.compatibilityGroup() != null;
        String select = "SELECT v.version, coalesce(s.resolved, s.schema), s.metadata FROM registry.versions v"
                + " JOIN registry.schemas s ON s.id = v.schema_id WHERE v.subject = ? AND NOT v.deleted"
                + (all ? " ORDER BY v.version" : " ORDER BY v.version DESC LIMIT 1");
        return Sql.all(
                connection,
                select,
                row -> new VersionedSchema(
                        row.getInt(1),
                        row.getString(2),
                        new DataContract(CanonicalJson.read(row.getString(3), Metadata.class), null)),
                subject);
    }

    /** The incompatibilities of a schema with the versions that the subject's settings compare. */
    List<String> incompatibilities(String subject, ParsedSchema schema, SubjectConfig config) {
        return sql.query(
                "compare a schema with " + subject,
                connection ->
                        CompatibilityCheck.incompatibilities(config, schema, earlier(connection, subject, config)));
    }
}
