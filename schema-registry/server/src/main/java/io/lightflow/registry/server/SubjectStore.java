package io.lightflow.registry.server;

import static io.lightflow.registry.server.RowMappers.SELECT_VERSION;

import io.lightflow.service.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Reads subjects and their versions. */
final class SubjectStore {
    private static final String PAGE = " OFFSET ? LIMIT ?";

    private final Sql sql;

    SubjectStore(Sql sql) {
        this.sql = sql;
    }

    /** Subjects with matching versions; for {@link DeletedFilter#ONLY}, subjects without other versions. */
    List<String> subjects(SubjectPrefix prefix, DeletedFilter deleted, PageRequest page) {
        String having = deleted == DeletedFilter.ONLY ? " HAVING bool_and(v.deleted)" : "";
        return sql.query(
                "list the subjects",
                connection -> Sql.all(
                        connection,
                        "SELECT v.subject FROM registry.versions v WHERE " + prefix.condition() + " AND "
                                + (deleted == DeletedFilter.ONLY ? DeletedFilter.INCLUDED : deleted).condition()
                                + " GROUP BY v.subject" + having + " ORDER BY v.subject COLLATE \"C\"" + PAGE,
                        row -> row.getString(1),
                        prefix.start(),
                        page.offset(),
                        page.limit()));
    }

    /** Versions of matching subjects. */
    List<SubjectVersion> all(VersionQuery query, PageRequest page) {
        return sql.query(
                "list the versions of all subjects",
                connection -> Sql.all(
                        connection,
                        SELECT_VERSION + "WHERE " + query.condition() + " ORDER BY v.subject COLLATE \"C\", v.version"
                                + PAGE,
                        RowMappers::version,
                        query.parameters(page.offset(), page.limit())));
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

    /** All versions, with the numbers of deleted ones negated. */
    List<Integer> versionsDeletedAsNegative(String subject, PageRequest page) {
        return sql.query(
                "list the versions of " + subject,
                connection -> Sql.all(
                        connection,
                        "SELECT CASE WHEN v.deleted THEN -v.version ELSE v.version END FROM registry.versions v"
                                + " WHERE v.subject = ? ORDER BY v.version" + PAGE,
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

    /** The version of a subject of this name in any context; empty if the subject has a context. */
    Optional<SubjectVersion> versionOfAnyContext(String subject, int version, DeletedFilter deleted) {
        return contextsWith(subject).stream()
                .flatMap(other -> version(other, version, deleted).stream())
                .findFirst();
    }

    /** The version with this content of a subject of this name in any context; empty if the subject has a context. */
    Optional<SubjectVersion> findInAnyContext(String subject, ParsedSchema schema, DeletedFilter deleted) {
        return contextsWith(subject).stream()
                .flatMap(other -> find(other, schema, deleted).stream())
                .findFirst();
    }

    /** The subjects of this name in all contexts but the default one. */
    private List<String> contextsWith(String subject) {
        if (!Contexts.prefixOf(subject).isEmpty()) {
            return List.of();
        }
        return sql.query(
                "look for " + subject + " in all contexts",
                connection -> Sql.all(
                        connection,
                        "SELECT name FROM registry.subjects WHERE starts_with(name, ':.')"
                                + " AND regexp_replace(name, '^:[.][^:]*:', '') = ? ORDER BY name",
                        row -> row.getString(1),
                        subject));
    }

    Optional<SubjectVersion> latest(String subject, DeletedFilter deleted) {
        return sql.query("get the latest version of " + subject, connection -> latest(connection, subject, deleted));
    }

    static Optional<SubjectVersion> latest(Connection connection, String subject, DeletedFilter deleted)
            throws SQLException {
        return Sql.first(
                connection,
                SELECT_VERSION + "WHERE v.subject = ? AND " + deleted.condition() + " ORDER BY v.version DESC LIMIT 1",
                RowMappers::version,
                subject);
    }

    boolean exists(String subject, DeletedFilter deleted) {
        return sql.query(
                        "look for " + subject,
                        connection -> Sql.first(
                                connection,
                                "SELECT true FROM registry.versions v WHERE v.subject = ? AND " + deleted.condition()
                                        + " LIMIT 1",
                                row -> true,
                                subject))
                .isPresent();
    }

    /** Finds the version of {@code subject} with this content; active versions take precedence over deleted ones. */
    Optional<SubjectVersion> find(String subject, ParsedSchema schema, DeletedFilter deleted) {
        return sql.query("look up a schema in " + subject, connection -> find(connection, subject, schema, deleted));
    }

    static Optional<SubjectVersion> find(
            Connection connection, String subject, ParsedSchema schema, DeletedFilter deleted) throws SQLException {
        List<SubjectVersion> sameSchema = withSchema(connection, subject, schema, deleted);
        Optional<SubjectVersion> exact = sameSchema.stream()
                .filter(version -> version.id() == schema.id())
                .findFirst();
        return exact.isPresent()
                ? exact
                : sameSchema.stream()
                        .filter(version -> schema.contract().means(version.contract(), version.version()))
                        .findFirst();
    }

    /** The versions of {@code subject} with this schema, whatever their metadata and rules; the latest first. */
    static List<SubjectVersion> withSchema(
            Connection connection, String subject, ParsedSchema schema, DeletedFilter deleted) throws SQLException {
        return Sql.all(
                connection,
                SELECT_VERSION + "WHERE v.subject = ? AND s.schema_fingerprint = ? AND " + deleted.condition()
                        + " ORDER BY v.deleted, v.version DESC",
                RowMappers::version,
                subject,
                schema.schemaFingerprint());
    }

    /** The latest version whose metadata has these properties. */
    Optional<SubjectVersion> latestWith(String subject, Map<String, String> properties, DeletedFilter deleted) {
        return sql.query(
                "get the latest version of " + subject + " with metadata",
                connection -> Sql.first(
                        connection,
                        SELECT_VERSION + "WHERE v.subject = ? AND s.metadata::jsonb -> 'properties' @> ?::jsonb AND "
                                + deleted.condition() + " ORDER BY v.version DESC LIMIT 1",
                        RowMappers::version,
                        subject,
                        CanonicalJson.write(properties)));
    }

    /** The ids of schemas that reference this version and belong to a subject. */
    List<Integer> referencedBy(String subject, int version, DeletedFilter deleted, PageRequest page) {
        return sql.query(
                "list the references to version " + version + " of " + subject,
                connection -> Sql.all(
                        connection,
                        "SELECT DISTINCT r.schema_id FROM registry.schema_references r"
                                + " JOIN registry.versions v ON v.schema_id = r.schema_id"
                                + " WHERE r.subject = ? AND r.version = ? AND " + deleted.condition()
                                + " ORDER BY r.schema_id" + PAGE,
                        row -> row.getInt(1),
                        subject,
                        version,
                        page.offset(),
                        page.limit()));
    }

    /**
     * The ids of schemas that reference this version and belong to a version other than the excepted of its subject.
     */
    static List<Integer> referrers(
            Connection connection, SubjectVersion version, Set<Integer> excepted, DeletedFilter deleted)
            throws SQLException {
        return Sql.all(
                        connection,
                        "SELECT r.schema_id, v.subject = r.subject, v.version FROM registry.schema_references r"
                                + " JOIN registry.versions v ON v.schema_id = r.schema_id"
                                + " WHERE r.subject = ? AND r.version = ? AND " + deleted.condition()
                                + " ORDER BY r.schema_id",
                        row -> row.getBoolean(2) && excepted.contains(row.getInt(3)) ? null : row.getInt(1),
                        version.subject(),
                        version.version())
                .stream()
                .filter(Objects::nonNull)
                .distinct()
                .toList();
    }

    /** The names of all contexts, of which the default one always exists. */
    List<String> contexts(String prefix, PageRequest page) {
        return sql.query(
                "list the contexts",
                connection -> Sql.all(
                        connection,
                        "SELECT name FROM (SELECT '.' AS name UNION SELECT split_part(name, ':', 2)"
                                + " FROM registry.subjects WHERE starts_with(name, ':.')) c"
                                + " WHERE starts_with(name, ?) ORDER BY name COLLATE \"C\"" + PAGE,
                        row -> row.getString(1),
                        prefix,
                        page.offset(),
                        page.limit()));
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
