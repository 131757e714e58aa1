package io.lightflow.registry.server;

import static io.lightflow.registry.server.RowMappers.SELECT_VERSION;

import io.lightflow.registry.server.CompatibilityCheck.VersionedSchema;
import io.lightflow.service.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Adds versions to subjects. Several servers may do so concurrently: each locks the subject's row. */
final class Registrar {
    private final Sql sql;

    Registrar(Sql sql) {
        this.sql = sql;
    }

    /**
     * Registers {@code schema} as the next version of {@code subject}, unless it is already a version.
     *
     * @return the schema's version, and whether it is new
     * @throws ApiException if the schema is incompatible with earlier versions, another schema has its id, or the mode
     *     forbids it
     */
    Registration register(String subject, ParsedSchema schema) {
        String action = "register schema " + schema.id() + " as " + subject;
        Optional<SubjectVersion> existing =
                sql.query(action, connection -> SubjectStore.find(connection, subject, schema, DeletedFilter.EXCLUDED));
        return existing.map(Registration::existed)
                .orElseGet(() -> sql.inTransaction(action, connection -> registerLocked(connection, subject, schema)));
    }

    private static Registration registerLocked(Connection connection, String subject, ParsedSchema schema)
            throws SQLException {
        lock(connection, subject);
        Optional<SubjectVersion> existing = SubjectStore.find(connection, subject, schema, DeletedFilter.EXCLUDED);
        if (existing.isPresent()) {
            return Registration.existed(existing.get());
        }
        SubjectSettings.requireWritable(connection, subject);
        if (SubjectSettings.effectiveMode(connection, subject) == Mode.IMPORT) {
            throw ApiException.notPermitted(
                    "Subject " + subject + " is in import mode, which requires the schema's \"id\""
                            + " and optionally its \"version\". Send them, or set the subject's mode to READWRITE");
        }
        requireCompatible(connection, subject, schema);
        SchemaStore.insert(connection, schema, DeletedFilter.EXCLUDED);
        return Registration.created(
                add(connection, subject, next(connection, subject), schema, DeletedFilter.EXCLUDED));
    }

    /**
     * Registers {@code schema} with the version of another registry, without a compatibility check. It never overwrites
     * anything.
     *
     * @param version the required version; empty for the next one
     * @param deleted {@link DeletedFilter#ONLY} for a version that is deleted in the other registry
     * @throws ApiException if another schema has that version or id, or the mode forbids it
     */
    Registration importVersion(String subject, ParsedSchema schema, Optional<Integer> version, DeletedFilter deleted) {
        return sql.inTransaction("import schema " + schema.id() + " in " + subject, connection -> {
            lock(connection, subject);
            SubjectSettings.requireWritable(connection, subject);
            Optional<SubjectVersion> same = SubjectStore.find(connection, subject, schema, DeletedFilter.EXCLUDED);
            if (version.isEmpty()) {
                return same.isPresent()
                        ? Registration.existed(same.get())
                        : importVersion(connection, subject, next(connection, subject), schema, deleted);
            }
            Optional<SubjectVersion> there = Sql.first(
                    connection,
                    SELECT_VERSION + "WHERE v.subject = ? AND v.version = ?",
                    RowMappers::version,
                    subject,
                    version.get());
            if (there.isPresent() && there.get().id() == schema.id()) {
                return Registration.existed(there.get());
            }
            if (there.isPresent()) {
                throw ApiException.versionInUse(subject, version.get(), schema.id(), there.get());
            }
            if (same.isPresent() && deleted != DeletedFilter.ONLY) {
                throw ApiException.versionInUse(subject, version.get(), schema.id(), same.get());
            }
            return importVersion(connection, subject, version.get(), schema, deleted);
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

    /** Prevents concurrent changes of this subject until the transaction ends. */
    static void lock(Connection connection, String subject) throws SQLException {
        Sql.update(connection, "INSERT INTO registry.subjects (name) VALUES (?) ON CONFLICT DO NOTHING", subject);
        Sql.first(connection, "SELECT name FROM registry.subjects WHERE name = ? FOR UPDATE", row -> true, subject);
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
        boolean isDeleted = deleted == DeletedFilter.ONLY;
        Sql.update(
                connection,
                "INSERT INTO registry.versions (subject, version, schema_id, deleted) VALUES (?, ?, ?, ?)",
                subject,
                version,
                schema.id(),
                isDeleted);
        List<Reference> references =
                schema.references().stream().map(ResolvedReference::reference).toList();
        return new SubjectVersion(
                subject, schema.id(), version, schema.text(), references, isDeleted ? Boolean.TRUE : null);
    }

    private static void requireCompatible(Connection connection, String subject, ParsedSchema schema)
            throws SQLException {
        CompatibilityLevel level = SubjectSettings.effectiveLevel(connection, subject);
        List<String> incompatibilities =
                CompatibilityCheck.incompatibilities(level, schema.schema(), earlier(connection, subject, level));
        if (!incompatibilities.isEmpty()) {
            throw ApiException.incompatible(
                    "Schema being registered is incompatible with an earlier schema for subject \"" + subject
                            + "\" at level " + level + ": " + String.join("; ", incompatibilities));
        }
    }

    /** The versions that the level compares, in ascending order. */
    static List<VersionedSchema> earlier(Connection connection, String subject, CompatibilityLevel level)
            throws SQLException {
        if (level == CompatibilityLevel.NONE) {
            return List.of();
        }
        String select = "SELECT v.version, coalesce(s.resolved, s.schema) FROM registry.versions v"
                + " JOIN registry.schemas s ON s.id = v.schema_id WHERE v.subject = ? AND NOT v.deleted"
                + (level.transitive() ? " ORDER BY v.version" : " ORDER BY v.version DESC LIMIT 1");
        return Sql.all(
                connection,
                select,
                row -> new VersionedSchema(row.getInt(1), ParsedSchema.parseStored(row.getString(2))),
                subject);
    }

    /** The incompatibilities of a schema with the versions that the subject's level compares. */
    List<String> incompatibilities(String subject, ParsedSchema schema) {
        return sql.query("compare a schema with " + subject, connection -> {
            CompatibilityLevel level = SubjectSettings.effectiveLevel(connection, subject);
            return CompatibilityCheck.incompatibilities(level, schema.schema(), earlier(connection, subject, level));
        });
    }
}
