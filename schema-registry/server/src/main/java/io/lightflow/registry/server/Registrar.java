package io.lightflow.registry.server;

import static io.lightflow.registry.server.Rows.SELECT_VERSION;

import io.lightflow.registry.server.CompatibilityCheck.VersionedSchema;
import io.lightflow.service.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Adds versions to subjects. Any number of servers may do so at once: each locks the subject's row for it. */
final class Registrar {
    private final Sql sql;

    Registrar(Sql sql) {
        this.sql = sql;
    }

    /**
     * Makes {@code schema} the next version of {@code subject}, unless it is one already.
     *
     * @return the version that holds it, and whether it is new
     * @throws ApiException if it is incompatible with earlier versions, another schema has its id, or the mode forbids
     *     it
     */
    Registration register(String subject, ParsedSchema schema) {
        String action = "register schema " + schema.id() + " as " + subject;
        Optional<SubjectVersion> existing =
                sql.ask(action, connection -> SubjectStore.find(connection, subject, schema, Deleted.LEFT_OUT));
        return existing.map(Registration::existed)
                .orElseGet(() -> sql.change(action, connection -> registerLocked(connection, subject, schema)));
    }

    private static Registration registerLocked(Connection connection, String subject, ParsedSchema schema)
            throws SQLException {
        lock(connection, subject);
        Optional<SubjectVersion> existing = SubjectStore.find(connection, subject, schema, Deleted.LEFT_OUT);
        if (existing.isPresent()) {
            return Registration.existed(existing.get());
        }
        SubjectSettings.requireWritable(connection, subject);
        if (SubjectSettings.modeInForce(connection, subject) == Mode.IMPORT) {
            throw ApiException.notPermitted("Subject " + subject + " is in import mode, in which a schema is registered"
                    + " with its \"id\" and, if it is known, its \"version\". Name them, or put it into"
                    + " mode READWRITE");
        }
        requireCompatible(connection, subject, schema);
        SchemaStore.insert(connection, schema, Deleted.LEFT_OUT);
        return Registration.created(add(connection, subject, next(connection, subject), schema, Deleted.LEFT_OUT));
    }

    /**
     * Puts {@code schema} where it is elsewhere, whatever it is compatible with. Nothing is ever overwritten.
     *
     * @param version the number it has to have; empty for the next one
     * @param deleted {@link Deleted#ONLY} for a version that is deleted where it comes from
     * @throws ApiException if another schema has that number or that id, or the mode forbids it
     */
    Registration place(String subject, ParsedSchema schema, Optional<Integer> version, Deleted deleted) {
        return sql.change("place schema " + schema.id() + " in " + subject, connection -> {
            lock(connection, subject);
            SubjectSettings.requireWritable(connection, subject);
            Optional<SubjectVersion> same = SubjectStore.find(connection, subject, schema, Deleted.LEFT_OUT);
            if (version.isEmpty()) {
                return same.isPresent()
                        ? Registration.existed(same.get())
                        : place(connection, subject, next(connection, subject), schema, deleted);
            }
            Optional<SubjectVersion> there = Sql.first(
                    connection,
                    SELECT_VERSION + "WHERE v.subject = ? AND v.version = ?",
                    Rows::version,
                    subject,
                    version.get());
            if (there.isPresent() && there.get().id() == schema.id()) {
                return Registration.existed(there.get());
            }
            if (there.isPresent()) {
                throw ApiException.versionTaken(subject, version.get(), schema.id(), there.get());
            }
            if (same.isPresent() && deleted != Deleted.ONLY) {
                throw ApiException.versionTaken(subject, version.get(), schema.id(), same.get());
            }
            return place(connection, subject, version.get(), schema, deleted);
        });
    }

    private static Registration place(
            Connection connection, String subject, int version, ParsedSchema schema, Deleted deleted)
            throws SQLException {
        // What is deleted itself may refer to what is.
        SchemaStore.insert(connection, schema, deleted == Deleted.ONLY ? Deleted.INCLUDED : Deleted.LEFT_OUT);
        return Registration.created(add(connection, subject, version, schema, deleted));
    }

    /** Until the transaction ends, nobody else changes this subject. */
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
            Connection connection, String subject, int version, ParsedSchema schema, Deleted deleted)
            throws SQLException {
        boolean gone = deleted == Deleted.ONLY;
        Sql.update(
                connection,
                "INSERT INTO registry.versions (subject, version, schema_id, deleted) VALUES (?, ?, ?, ?)",
                subject,
                version,
                schema.id(),
                gone);
        List<Reference> references =
                schema.references().stream().map(ResolvedReference::reference).toList();
        return new SubjectVersion(subject, schema.id(), version, schema.text(), references, gone ? Boolean.TRUE : null);
    }

    private static void requireCompatible(Connection connection, String subject, ParsedSchema schema)
            throws SQLException {
        CompatibilityLevel level = SubjectSettings.levelInForce(connection, subject);
        List<String> obstacles =
                CompatibilityCheck.obstacles(level, schema.schema(), earlier(connection, subject, level));
        if (!obstacles.isEmpty()) {
            throw ApiException.incompatible(
                    "Schema being registered is incompatible with an earlier schema for subject \"" + subject
                            + "\" at level " + level + ": " + String.join("; ", obstacles));
        }
    }

    /** The versions that count at this level, in rising order. */
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

    /** What stands between a schema and the versions of a subject that count. */
    List<String> obstacles(String subject, ParsedSchema schema) {
        return sql.ask("compare a schema with " + subject, connection -> {
            CompatibilityLevel level = SubjectSettings.levelInForce(connection, subject);
            return CompatibilityCheck.obstacles(level, schema.schema(), earlier(connection, subject, level));
        });
    }
}
