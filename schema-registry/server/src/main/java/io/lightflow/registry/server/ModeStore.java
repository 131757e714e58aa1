package io.lightflow.registry.server;

import static io.lightflow.registry.server.ConfigStore.ALL_SUBJECTS;

import io.lightflow.service.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Stores the modes of subjects, contexts and all subjects, even before a subject exists. */
final class ModeStore {
    private final Sql sql;

    ModeStore(Sql sql) {
        this.sql = sql;
    }

    /** The mode set for exactly this subject, context or {@link ConfigStore#ALL_SUBJECTS}. */
    Optional<Mode> mode(String subject) {
        return sql.query("get the mode of " + subject, connection -> own(connection, subject));
    }

    /** The mode that holds for this subject. */
    Mode effective(String subject) {
        return sql.query("get the mode of " + subject, connection -> effective(connection, subject));
    }

    /** The mode that holds for this subject, which cannot change until the transaction ends. */
    static Mode effective(Connection connection, String subject) throws SQLException {
        List<String> scopes = Contexts.scopes(subject);
        Map<String, Mode> found = new HashMap<>();
        // Locks in the same order as changes of modes, which avoids deadlocks.
        Sql.all(
                connection,
                "SELECT subject, mode FROM registry.subject_modes WHERE subject IN ('', ?, ?, ?) ORDER BY subject"
                        + " FOR SHARE",
                row -> row.getString(2) == null ? null : found.put(row.getString(1), Mode.valueOf(row.getString(2))),
                scopes.get(0),
                scopes.get(scopes.size() / 2),
                scopes.get(scopes.size() - 1));
        if (found.get(ALL_SUBJECTS) == Mode.READONLY_OVERRIDE
                || found.get(Contexts.GLOBAL_PREFIX) == Mode.READONLY_OVERRIDE) {
            return Mode.READONLY_OVERRIDE;
        }
        return scopes.stream()
                .filter(found::containsKey)
                .map(found::get)
                .findFirst()
                .orElse(Mode.READWRITE);
    }

    static void requireWritable(Connection connection, String subject) throws SQLException {
        if (effective(connection, subject).isReadOnly()) {
            throw ApiException.notPermitted((subject.equals(ALL_SUBJECTS) ? "The registry" : "Subject " + subject)
                    + " is in read-only mode. Set the mode to READWRITE first");
        }
    }

    /** How setting the mode IMPORT treats existing versions. */
    enum ExistingSubjects {
        REFUSED,
        ACCEPTED
    }

    /** @param mode null to remove the subject's own mode */
    void set(String subject, Mode mode, ExistingSubjects existing) {
        sql.inTransaction("set the mode of " + subject, connection -> {
            lockModes(connection);
            if (mode == Mode.IMPORT && existing == ExistingSubjects.REFUSED) {
                requireNoVersions(connection, subject);
            }
            return write(connection, subject, mode);
        });
    }

    private static void requireNoVersions(Connection connection, String subject) throws SQLException {
        if (effective(connection, subject) == Mode.IMPORT) {
            return;
        }
        Optional<String> found = Sql.first(
                connection,
                "SELECT subject FROM registry.versions WHERE NOT deleted AND " + within(subject)
                        + " ORDER BY subject LIMIT 1",
                row -> row.getString(1),
                subject);
        if (found.isPresent()) {
            throw ApiException.notPermitted("Cannot import since found existing subject '" + found.get()
                    + "'. Delete the existing versions, or set the mode with force=true to import in addition to them");
        }
    }

    /** A condition with one parameter, for subjects whose mode follows the mode of this subject or context. */
    private static String within(String subject) {
        if (subject.equals(ALL_SUBJECTS)) {
            return "NOT starts_with(subject, ':.') AND ? = ''";
        }
        if (subject.equals(Contexts.GLOBAL_PREFIX)) {
            return "? <> ''";
        }
        return Contexts.isContext(subject) ? "starts_with(subject, ?)" : "subject = ?";
    }

    /** Whose modes a deletion removes. */
    enum Reach {
        ITSELF,
        /** Also the subjects of the context, if it is one. */
        RECURSIVE
    }

    /** @return the mode that was set; empty if there was none */
    Optional<Mode> delete(String subject, Reach reach) {
        return sql.inTransaction("delete the mode of " + subject, connection -> {
            lockModes(connection);
            Optional<Mode> deleted = own(connection, subject);
            if (reach == Reach.RECURSIVE && (Contexts.isContext(subject) || subject.equals(ALL_SUBJECTS))) {
                Sql.update(
                        connection,
                        "DELETE FROM registry.subject_modes WHERE subject <> '' AND " + within(subject),
                        subject);
            }
            write(connection, subject, null);
            return deleted;
        });
    }

    private static Optional<Mode> own(Connection connection, String subject) throws SQLException {
        return Sql.first(
                connection,
                "SELECT mode FROM registry.subject_modes WHERE subject = ? AND mode IS NOT NULL",
                row -> Mode.valueOf(row.getString(1)),
                subject);
    }

    private static int write(Connection connection, String subject, Mode mode) throws SQLException {
        // The row of all subjects must remain, because it serves as a lock.
        return mode == null && !subject.equals(ALL_SUBJECTS)
                ? Sql.update(connection, "DELETE FROM registry.subject_modes WHERE subject = ?", subject)
                : Sql.update(
                        connection,
                        "INSERT INTO registry.subject_modes (subject, mode) VALUES (?, ?)"
                                + " ON CONFLICT (subject) DO UPDATE SET mode = excluded.mode",
                        subject,
                        mode == null ? null : mode.name());
    }

    /** Waits for concurrent changes, which follow the old mode. */
    private static void lockModes(Connection connection) throws SQLException {
        Sql.first(connection, "SELECT mode FROM registry.subject_modes WHERE subject = '' FOR UPDATE", row -> true);
    }

    static void deleteOf(Connection connection, String subject) throws SQLException {
        Sql.update(connection, "DELETE FROM registry.subject_modes WHERE subject = ?", subject);
    }
}
