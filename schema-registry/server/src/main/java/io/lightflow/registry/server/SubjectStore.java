package io.lightflow.registry.server;

import static io.lightflow.registry.server.RowMappers.SELECT_VERSION;

import io.lightflow.service.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Reads subjects and their versions. */
final class SubjectStore {
    private static final String PAGE = " OFFSET ? LIMIT ?";

    private final Sql sql;

    SubjectStore(Sql sql) {
        this.sql = sql;
    }

    /** Subjects with matching versions; for {@link DeletedFilter#ONLY}, subjects without other versions. */
    List<String> subjects(String prefix, DeletedFilter deleted, PageRequest page) {
        String having = deleted == DeletedFilter.ONLY ? " HAVING bool_and(v.deleted)" : "";
        return sql.query(
                "list the subjects",
                connection -> Sql.all(
                        connection,
                        "SELECT v.subject FROM registry.versions v WHERE starts_with(v.subject, ?) AND "
                                + (deleted == DeletedFilter.ONLY ? DeletedFilter.INCLUDED : deleted).condition()
                                + " GROUP BY v.subject" + having + " ORDER BY v.subject" + PAGE,
                        row -> row.getString(1),
                        prefix,
                        page.offset(),
                        page.limit()));
    }

    /** Versions of all subjects: all of them, or the latest of each subject. */
    List<SubjectVersion> all(String prefix, DeletedFilter deleted, VersionSelection which, PageRequest page) {
        String latest = which == VersionSelection.LATEST
                ? " AND v.version = (SELECT max(l.version) FROM registry.versions l WHERE l.subject = v.subject"
                        + (deleted == DeletedFilter.EXCLUDED ? " AND NOT l.deleted" : "") + ")"
                : "";
        return sql.query(
                "list the versions of all subjects",
                connection -> Sql.all(
                        connection,
                        SELECT_VERSION + "WHERE starts_with(v.subject, ?) AND " + deleted.condition() + latest
                                + " ORDER BY v.subject, v.version" + PAGE,
                        RowMappers::version,
                        prefix,
                        page.offset(),
                        page.limit()));
    }

    enum VersionSelection {
        EVERY,
        LATEST
    }

    List<Integer> versions(String subject, DeletedFilter deleted, PageRequest page) {
        return sql.query(
                "list the versions of " + subject,
                connection -> Sql.all(
                        connection,
                        "SELECT v.version FROM registry.versions v WHERE v.subject = ? AND " + deleted.condition()
                                + " ORDER BY v.version" + PAGE,
                        row -> row.getInt(1),
                        subject,
                        page.offset(),
                        page.limit()));
    }

    Optional<SubjectVersion> version(String subject, int version, DeletedFilter deleted) {
        return sql.query(
                "get version " + version + " of " + subject,
                connection -> Sql.first(
                        connection,
                        SELECT_VERSION + "WHERE v.subject = ? AND v.version = ? AND " + deleted.condition(),
                        RowMappers::version,
                        subject,
                        version));
    }

    Optional<SubjectVersion> latest(String subject, DeletedFilter deleted) {
        return sql.query(
                "get the latest version of " + subject,
                connection -> Sql.first(
                        connection,
                        SELECT_VERSION + "WHERE v.subject = ? AND " + deleted.condition()
                                + " ORDER BY v.version DESC LIMIT 1",
                        RowMappers::version,
                        subject));
    }

    /** Finds the version of {@code subject} with this schema; active versions take precedence over deleted ones. */
    Optional<SubjectVersion> find(String subject, ParsedSchema schema, DeletedFilter deleted) {
        return sql.query("look up a schema in " + subject, connection -> find(connection, subject, schema, deleted));
    }

    static Optional<SubjectVersion> find(
            Connection connection, String subject, ParsedSchema schema, DeletedFilter deleted) throws SQLException {
        return Sql.first(
                connection,
                SELECT_VERSION + "WHERE v.subject = ? AND s.fingerprint = ? AND " + deleted.condition()
                        + " ORDER BY v.deleted, v.version DESC LIMIT 1",
                RowMappers::version,
                subject,
                schema.fingerprint());
    }

    /** The ids of schemas that reference this version and belong to a subject. */
    List<Integer> referencedBy(String subject, int version, DeletedFilter deleted) {
        return sql.query(
                "list the references to version " + version + " of " + subject,
                connection -> referencedBy(connection, subject, version, deleted));
    }

    static List<Integer> referencedBy(Connection connection, String subject, int version, DeletedFilter deleted)
            throws SQLException {
        return Sql.all(
                connection,
                "SELECT DISTINCT r.schema_id FROM registry.schema_references r"
                        + " JOIN registry.versions v ON v.schema_id = r.schema_id"
                        + " WHERE r.subject = ? AND r.version = ? AND " + deleted.condition() + " ORDER BY r.schema_id",
                row -> row.getInt(1),
                subject,
                version);
    }

    record Count(long subjects, long versions) {}

    Count count() {
        return sql.query(
                        "count the versions",
                        connection -> Sql.first(
                                connection,
                                "SELECT count(DISTINCT subject), count(*) FROM registry.versions WHERE NOT deleted",
                                row -> new Count(row.getLong(1), row.getLong(2))))
                .orElseThrow();
    }
}
