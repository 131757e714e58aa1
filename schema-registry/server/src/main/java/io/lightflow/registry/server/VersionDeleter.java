package io.lightflow.registry.server;

import static io.lightflow.registry.server.RowMappers.SELECT_VERSION;

import io.lightflow.service.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Deletes versions in two steps. A softly deleted version is excluded from lists, from "latest" and from compatibility
 * checks, but its schema is still found by id. A permanent deletion removes the version, and the schema if no version
 * uses it.
 */
final class VersionDeleter {
    private final Sql sql;
    private final SchemaStore schemas;

    VersionDeleter(Sql sql, SchemaStore schemas) {
        this.sql = sql;
        this.schemas = schemas;
    }

    enum Step {
        SOFT,
        PERMANENT
    }

    /** @param version empty for the latest */
    SubjectVersion deleteVersion(String subject, Optional<Integer> version, Step step) {
        SubjectVersion deleted = sql.inTransaction("delete a version of " + subject, connection -> {
            lock(connection, subject);
            SubjectVersion found = find(connection, subject, version);
            requireStep(found, step);
            delete(connection, List.of(found), step);
            return found;
        });
        schemas.forget(deleted.id());
        return deleted;
    }

    /** @return the deleted versions in ascending order */
    List<SubjectVersion> deleteSubject(String subject, Step step) {
        List<SubjectVersion> deleted = sql.inTransaction("delete " + subject, connection -> {
            lock(connection, subject);
            List<SubjectVersion> all = Sql.all(
                    connection,
                    SELECT_VERSION + "WHERE v.subject = ? ORDER BY v.version",
                    RowMappers::version,
                    subject);
            List<SubjectVersion> active =
                    all.stream().filter(version -> version.deleted() == null).toList();
            requireStep(subject, all, active, step);
            List<SubjectVersion> chosen = step == Step.SOFT ? active : all;
            delete(connection, chosen, step);
            SubjectSettings.deleteOf(connection, subject);
            return chosen;
        });
        deleted.forEach(version -> schemas.forget(version.id()));
        return deleted;
    }

    private static void lock(Connection connection, String subject) throws SQLException {
        Registrar.lock(connection, subject);
        SubjectSettings.requireWritable(connection, subject);
    }

    private static SubjectVersion find(Connection connection, String subject, Optional<Integer> version)
            throws SQLException {
        List<SubjectVersion> all = Sql.all(
                connection,
                SELECT_VERSION + "WHERE v.subject = ? ORDER BY v.version DESC",
                RowMappers::version,
                subject);
        if (all.isEmpty()) {
            throw ApiException.subjectNotFound(subject);
        }
        return all.stream()
                .filter(one -> version.isPresent() ? one.version() == version.get() : one.deleted() == null)
                .findFirst()
                .orElseThrow(() -> version.map(number -> ApiException.versionNotFound(subject, number))
                        .orElseGet(() -> ApiException.subjectNotFound(subject)));
    }

    private static void requireStep(SubjectVersion found, Step step) {
        boolean deleted = found.deleted() != null;
        if (deleted && step == Step.SOFT) {
            throw ApiException.versionSoftDeleted(found.subject(), found.version());
        }
        if (!deleted && step == Step.PERMANENT) {
            throw ApiException.versionNotSoftDeleted(found.subject(), found.version());
        }
    }

    private static void requireStep(String subject, List<SubjectVersion> all, List<SubjectVersion> active, Step step) {
        if (all.isEmpty()) {
            throw ApiException.subjectNotFound(subject);
        }
        if (active.isEmpty() && step == Step.SOFT) {
            throw ApiException.subjectSoftDeleted(subject);
        }
        if (!active.isEmpty() && step == Step.PERMANENT) {
            throw ApiException.subjectNotSoftDeleted(subject);
        }
    }

    private static void delete(Connection connection, List<SubjectVersion> versions, Step step) throws SQLException {
        for (SubjectVersion version : versions) {
            delete(connection, version, step);
        }
        if (step == Step.PERMANENT) {
            // Ascending order prevents deadlocks between concurrent deletions of the same schemas.
            for (int id : versions.stream()
                    .map(SubjectVersion::id)
                    .distinct()
                    .sorted()
                    .toList()) {
                SchemaStore.removeIfUnused(connection, id);
            }
        }
    }

    private static void delete(Connection connection, SubjectVersion version, Step step) throws SQLException {
        // The lock comes first: a concurrent reference either exists by then, or finds the version deleted.
        String sql = step == Step.SOFT
                ? "UPDATE registry.versions SET deleted = true WHERE subject = ? AND version = ? RETURNING 1"
                : "SELECT 1 FROM registry.versions WHERE subject = ? AND version = ? FOR UPDATE";
        Sql.first(connection, sql, row -> true, version.subject(), version.version());
        DeletedFilter users = step == Step.SOFT ? DeletedFilter.EXCLUDED : DeletedFilter.INCLUDED;
        List<Integer> referrers = SubjectStore.referencedBy(connection, version.subject(), version.version(), users);
        if (!referrers.isEmpty()) {
            throw ApiException.referenceExists(version, referrers);
        }
        if (step == Step.PERMANENT) {
            Sql.update(
                    connection,
                    "DELETE FROM registry.versions WHERE subject = ? AND version = ?",
                    version.subject(),
                    version.version());
        }
    }
}
