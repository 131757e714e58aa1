package io.lightflow.registry.server;

import static io.lightflow.registry.server.Rows.SELECT_VERSION;

import io.lightflow.service.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** The subjects and their versions, to be read. */
final class SubjectStore {
    private static final String PAGE = " OFFSET ? LIMIT ?";

    private final Sql sql;

    SubjectStore(Sql sql) {
        this.sql = sql;
    }

    /** Subjects that hold such versions; for {@link Deleted#ONLY} those that hold no others. */
    List<String> subjects(String prefix, Deleted deleted, Page page) {
        String having = deleted == Deleted.ONLY ? " HAVING bool_and(v.deleted)" : "";
        return sql.ask(
                "list the subjects",
                connection -> Sql.all(
                        connection,
                        "SELECT v.subject FROM registry.versions v WHERE starts_with(v.subject, ?) AND "
                                + (deleted == Deleted.ONLY ? Deleted.INCLUDED : deleted).condition()
                                + " GROUP BY v.subject" + having + " ORDER BY v.subject" + PAGE,
                        row -> row.getString(1),
                        prefix,
                        page.offset(),
                        page.limit()));
    }

    /** Versions of all subjects; of each the latest only, if so asked. */
    List<SubjectVersion> all(String prefix, Deleted deleted, Which which, Page page) {
        String latest = which == Which.LATEST
                ? " AND v.version = (SELECT max(l.version) FROM registry.versions l WHERE l.subject = v.subject"
                        + (deleted == Deleted.LEFT_OUT ? " AND NOT l.deleted" : "") + ")"
                : "";
        return sql.ask(
                "list the versions of all subjects",
                connection -> Sql.all(
                        connection,
                        SELECT_VERSION + "WHERE starts_with(v.subject, ?) AND " + deleted.condition() + latest
                                + " ORDER BY v.subject, v.version" + PAGE,
                        Rows::version,
                        prefix,
                        page.offset(),
                        page.limit()));
    }

    enum Which {
        EVERY,
        LATEST
    }

    List<Integer> versions(String subject, Deleted deleted, Page page) {
        return sql.ask(
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

    Optional<SubjectVersion> version(String subject, int version, Deleted deleted) {
        return sql.ask(
                "get version " + version + " of " + subject,
                connection -> Sql.first(
                        connection,
                        SELECT_VERSION + "WHERE v.subject = ? AND v.version = ? AND " + deleted.condition(),
                        Rows::version,
                        subject,
                        version));
    }

    Optional<SubjectVersion> latest(String subject, Deleted deleted) {
        return sql.ask(
                "get the latest version of " + subject,
                connection -> Sql.first(
                        connection,
                        SELECT_VERSION + "WHERE v.subject = ? AND " + deleted.condition()
                                + " ORDER BY v.version DESC LIMIT 1",
                        Rows::version,
                        subject));
    }

    /** The version of {@code subject} that holds just this schema; one that is alive before one that was deleted. */
    Optional<SubjectVersion> find(String subject, ParsedSchema schema, Deleted deleted) {
        return sql.ask("look up a schema in " + subject, connection -> find(connection, subject, schema, deleted));
    }

    static Optional<SubjectVersion> find(Connection connection, String subject, ParsedSchema schema, Deleted deleted)
            throws SQLException {
        return Sql.first(
                connection,
                SELECT_VERSION + "WHERE v.subject = ? AND s.fingerprint = ? AND " + deleted.condition()
                        + " ORDER BY v.deleted, v.version DESC LIMIT 1",
                Rows::version,
                subject,
                schema.fingerprint());
    }

    /** The ids of the schemas that use this version's types, and that a subject holds. */
    List<Integer> referencedBy(String subject, int version, Deleted deleted) {
        return sql.ask(
                "list what refers to version " + version + " of " + subject,
                connection -> referencedBy(connection, subject, version, deleted));
    }

    static List<Integer> referencedBy(Connection connection, String subject, int version, Deleted deleted)
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
        return sql.ask(
                        "count the versions",
                        connection -> Sql.first(
                                connection,
                                "SELECT count(DISTINCT subject), count(*) FROM registry.versions WHERE NOT deleted",
                                row -> new Count(row.getLong(1), row.getLong(2))))
                .orElseThrow();
    }
}
