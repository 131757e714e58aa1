package io.lightflow.registry.server;

import static io.lightflow.registry.server.RowMappers.SELECT_VERSION;

import io.lightflow.service.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

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
            SubjectVersion found = find(connection, subject, version, step);
            requireStep(found, step);
            delete(connection, List.of(found), step);
            if (step == Step.PERMANENT) {
                deleteSettingsIfEmpty(connection, subject);
            }
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
                    all.stream().filter(version -> !version.isDeleted()).toList();
            requireStep(subject, all, active, step);
            List<SubjectVersion> chosen = step == Step.SOFT ? active : all;
            delete(connection, chosen, step);
            if (step == Step.PERMANENT) {
                deleteSettingsIfEmpty(connection, subject);
            }
            return chosen;
        });
        deleted.forEach(version -> schemas.forget(version.id()));
        return deleted;
    }

    /**
     * Removes a context without versions from the list of contexts; its settings stay.
     *
     * @param prefix of a context other than the default one
     */
    void deleteContext(String prefix) {
        sql.inTransaction("delete the context " + prefix, connection -> {
            ModeStore.requireWritable(connection, prefix);
            Sql.all(
                    connection,
                    "SELECT name FROM registry.subjects WHERE starts_with(name, ?) ORDER BY name FOR UPDATE",
                    row -> true,
                    prefix);
            Sql.first(
                            connection,
                            "SELECT subject FROM registry.versions WHERE starts_with(subject, ?)"
                                    + " ORDER BY subject LIMIT 1",
                            row -> row.getString(1),
                            prefix)
                    .ifPresent(subject -> {
                        throw ApiException.contextNotEmpty(prefix, subject);
                    });
            // A concurrent registration may add a subject.
            return Sql.update(
                    connection,
                    "DELETE FROM registry.subjects s WHERE starts_with(s.name, ?)"
                            + " AND NOT EXISTS (SELECT 1 FROM registry.versions v WHERE v.subject = s.name)",
                    prefix);
        });
    }

    private static void lock(Connection connection, String subject) throws SQLException {
        Registrar.lock(connection, subject);
        ModeStore.requireWritable(connection, subject);
    }

    /** A soft deletion of the latest version means the latest active one, unless all are deleted. */
    private static SubjectVersion find(Connection connection, String subject, Optional<Integer> version, Step step)
            throws SQLException {
        List<SubjectVersion> all = Sql.all(
                connection,
                SELECT_VERSION + "WHERE v.subject = ? ORDER BY v.version DESC",
                RowMappers::version,
                subject);
        if (all.isEmpty()) {
            throw ApiException.subjectNotFound(subject);
        }
        if (version.isEmpty()) {
            return all.stream()
                    .filter(one -> step == Step.PERMANENT || !one.isDeleted())
                    .findFirst()
                    .orElse(all.get(0));
        }
        return all.stream()
                .filter(one -> one.version() == version.get())
                .findFirst()
                .orElseThrow(() -> ApiException.versionNotFound(version.get()));
    }

    private static void requireStep(SubjectVersion found, Step step) {
        boolean deleted = found.isDeleted();
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

    /** The settings of a subject survive its soft deletion. */
    private static void deleteSettingsIfEmpty(Connection connection, String subject) throws SQLException {
        Optional<Boolean> left = Sql.first(
                connection, "SELECT true FROM registry.versions WHERE subject = ? LIMIT 1", row -> true, subject);
        if (left.isEmpty()) {
            ConfigStore.deleteOf(connection, subject);
            ModeStore.deleteOf(connection, subject);
        }
    }

    /** @param versions of one subject; they may reference each other */
    private static void delete(Connection connection, List<SubjectVersion> versions, Step step) throws SQLException {
        Set<Integer> chosen = versions.stream().map(SubjectVersion::version).collect(Collectors.toSet());
        List<SubjectVersion> latestFirst = versions.stream()
                .sorted(Comparator.comparing(SubjectVersion::version).reversed())
                .toList();
        for (SubjectVersion version : latestFirst) {
            lockForDeletion(connection, version, step);
        }
        for (SubjectVersion version : latestFirst) {
            List<Integer> referrers = SubjectStore.referrers(
                    connection, version, chosen, step == Step.SOFT ? DeletedFilter.EXCLUDED : DeletedFilter.INCLUDED);
            if (!referrers.isEmpty()) {
                throw ApiException.referenceExists(version, referrers);
            }
        }
        if (step == Step.PERMANENT) {
            SchemaStore.lock(
                    connection, versions.stream().map(SubjectVersion::id).toList());
            for (SubjectVersion version : latestFirst) {
                Sql.update(
                        connection,
                        "DELETE FROM registry.versions WHERE subject = ? AND version = ?",
                        version.subject(),
                        version.version());
                SchemaStore.removeIfUnused(connection, version.id());
            }
        }
    }

    /** The lock comes first: a concurrent reference either exists by then, or finds the version deleted. */
    private static void lockForDeletion(Connection connection, SubjectVersion version, Step step) throws SQLException {
        String sql = step == Step.SOFT
                ? "UPDATE registry.versions SET deleted = true WHERE subject = ? AND version = ? RETURNING 1"
                : "SELECT 1 FROM registry.versions WHERE subject = ? AND version = ? FOR UPDATE";
        Sql.first(connection, sql, row -> true, version.subject(), version.version());
    }
}
