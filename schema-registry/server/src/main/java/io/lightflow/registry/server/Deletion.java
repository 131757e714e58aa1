package io.lightflow.registry.server;

import static io.lightflow.registry.server.Rows.SELECT_VERSION;

import io.lightflow.service.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Deletes in two steps. A version that was deleted once is left out of lists, of "latest" and of compatibility, and is
 * still found by its id. Deleted for good, it is gone, and so is the schema, once no version holds it.
 */
final class Deletion {
    private final Sql sql;
    private final SchemaStore schemas;

    Deletion(Sql sql, SchemaStore schemas) {
        this.sql = sql;
        this.schemas = schemas;
    }

    enum Step {
        MARK,
        FOR_GOOD
    }

    /** @param version empty for the latest */
    SubjectVersion deleteVersion(String subject, Optional<Integer> version, Step step) {
        SubjectVersion deleted = sql.change("delete a version of " + subject, connection -> {
            lock(connection, subject);
            SubjectVersion found = find(connection, subject, version);
            requireStep(found, step);
            delete(connection, List.of(found), step);
            return found;
        });
        schemas.forget(deleted.id());
        return deleted;
    }

    /** @return the versions that were deleted, in rising order */
    List<SubjectVersion> deleteSubject(String subject, Step step) {
        List<SubjectVersion> deleted = sql.change("delete " + subject, connection -> {
            lock(connection, subject);
            List<SubjectVersion> all = Sql.all(
                    connection, SELECT_VERSION + "WHERE v.subject = ? ORDER BY v.version", Rows::version, subject);
            List<SubjectVersion> alive =
                    all.stream().filter(version -> version.deleted() == null).toList();
            requireStep(subject, all, alive, step);
            List<SubjectVersion> chosen = step == Step.MARK ? alive : all;
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
                connection, SELECT_VERSION + "WHERE v.subject = ? ORDER BY v.version DESC", Rows::version, subject);
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
        if (deleted && step == Step.MARK) {
            throw ApiException.versionSoftDeleted(found.subject(), found.version());
        }
        if (!deleted && step == Step.FOR_GOOD) {
            throw ApiException.versionNotSoftDeleted(found.subject(), found.version());
        }
    }

    private static void requireStep(String subject, List<SubjectVersion> all, List<SubjectVersion> alive, Step step) {
        if (all.isEmpty()) {
            throw ApiException.subjectNotFound(subject);
        }
        if (alive.isEmpty() && step == Step.MARK) {
            throw ApiException.subjectSoftDeleted(subject);
        }
        if (!alive.isEmpty() && step == Step.FOR_GOOD) {
            throw ApiException.subjectNotSoftDeleted(subject);
        }
    }

    private static void delete(Connection connection, List<SubjectVersion> versions, Step step) throws SQLException {
        for (SubjectVersion version : versions) {
            delete(connection, version, step);
        }
        if (step == Step.FOR_GOOD) {
            // In rising order, so that two who delete the same schemas do not wait for each other.
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
        // Locked first: who is about to refer to it has done so, or finds it deleted.
        String sql = step == Step.MARK
                ? "UPDATE registry.versions SET deleted = true WHERE subject = ? AND version = ? RETURNING 1"
                : "SELECT 1 FROM registry.versions WHERE subject = ? AND version = ? FOR UPDATE";
        Sql.first(connection, sql, row -> true, version.subject(), version.version());
        Deleted users = step == Step.MARK ? Deleted.LEFT_OUT : Deleted.INCLUDED;
        List<Integer> referrers = SubjectStore.referencedBy(connection, version.subject(), version.version(), users);
        if (!referrers.isEmpty()) {
            throw ApiException.referenceExists(version, referrers);
        }
        if (step == Step.FOR_GOOD) {
            Sql.update(
                    connection,
                    "DELETE FROM registry.versions WHERE subject = ? AND version = ?",
                    version.subject(),
                    version.version());
        }
    }
}
