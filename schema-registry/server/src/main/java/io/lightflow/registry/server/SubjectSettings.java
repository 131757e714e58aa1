package io.lightflow.registry.server;

import io.lightflow.service.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Stores compatibility levels and modes of all subjects and of single subjects, even before a subject exists. */
final class SubjectSettings {
    /** Stands for all subjects without their own setting. */
    static final String ALL_SUBJECTS = "";

    private final Sql sql;

    SubjectSettings(Sql sql) {
        this.sql = sql;
    }

    /** The level set for this subject or for {@link #ALL_SUBJECTS}. */
    Optional<CompatibilityLevel> level(String subject) {
        return sql.query("get the compatibility of " + subject, connection -> level(connection, subject));
    }

    /** The level set for all subjects, or the default. */
    CompatibilityLevel globalLevel() {
        return level(ALL_SUBJECTS).orElse(CompatibilityLevel.DEFAULT);
    }

    /** The effective level of this subject. */
    CompatibilityLevel effectiveLevel(String subject) {
        return sql.query("get the compatibility of " + subject, connection -> effectiveLevel(connection, subject));
    }

    static CompatibilityLevel effectiveLevel(Connection connection, String subject) throws SQLException {
        Optional<CompatibilityLevel> own = level(connection, subject);
        return own.isPresent() ? own.get() : level(connection, ALL_SUBJECTS).orElse(CompatibilityLevel.DEFAULT);
    }

    private static Optional<CompatibilityLevel> level(Connection connection, String subject) throws SQLException {
        return Sql.first(
                connection,
                "SELECT level FROM registry.compatibility WHERE subject = ?",
                row -> CompatibilityLevel.valueOf(row.getString(1)),
                subject);
    }

    void setLevel(String subject, CompatibilityLevel level) {
        sql.inTransaction("set the compatibility of " + subject, connection -> {
            requireWritable(connection, subject);
            return Sql.update(
                    connection,
                    "INSERT INTO registry.compatibility (subject, level) VALUES (?, ?)"
                            + " ON CONFLICT (subject) DO UPDATE SET level = excluded.level",
                    subject,
                    level.name());
        });
    }

    /** @return the level that was set; empty if there was none */
    Optional<CompatibilityLevel> deleteLevel(String subject) {
        return sql.inTransaction("delete the compatibility of " + subject, connection -> {
            requireWritable(connection, subject);
            return Sql.first(
                    connection,
                    "DELETE FROM registry.compatibility WHERE subject = ? RETURNING level",
                    row -> CompatibilityLevel.valueOf(row.getString(1)),
                    subject);
        });
    }

    /** The mode set for this subject or for {@link #ALL_SUBJECTS}. */
    Optional<Mode> mode(String subject) {
        return sql.query(
                "get the mode of " + subject,
                connection -> Sql.first(
                        connection,
                        "SELECT mode FROM registry.modes WHERE subject = ?",
                        row -> Mode.valueOf(row.getString(1)),
                        subject));
    }

    Mode globalMode() {
        return mode(ALL_SUBJECTS).orElse(Mode.READWRITE);
    }

    /** The effective mode of this subject, which cannot change until the transaction ends. */
    static Mode effectiveMode(Connection connection, String subject) throws SQLException {
        // Locks in the same order as changes of modes, which avoids deadlocks.
        List<Mode> modes = Sql.all(
                connection,
                "SELECT mode FROM registry.modes WHERE subject IN ('', ?) ORDER BY subject FOR SHARE",
                row -> Mode.valueOf(row.getString(1)),
                subject);
        return modes.isEmpty() ? Mode.READWRITE : modes.get(modes.size() - 1);
    }

    static void requireWritable(Connection connection, String subject) throws SQLException {
        if (effectiveMode(connection, subject) == Mode.READONLY) {
            throw ApiException.notPermitted((subject.equals(ALL_SUBJECTS) ? "The registry" : "Subject " + subject)
                    + " is in read-only mode. Set the mode to READWRITE first");
        }
    }

    /** How setting the mode IMPORT treats existing versions. */
    enum ExistingSubjects {
        REFUSED,
        ACCEPTED
    }

    void setMode(String subject, Mode mode, ExistingSubjects existing) {
        sql.inTransaction("set the mode of " + subject, connection -> {
            lockModes(connection);
            if (mode == Mode.IMPORT && existing == ExistingSubjects.REFUSED) {
                requireNoVersions(connection, subject);
            }
            return Sql.update(
                    connection,
                    "INSERT INTO registry.modes (subject, mode) VALUES (?, ?)"
                            + " ON CONFLICT (subject) DO UPDATE SET mode = excluded.mode",
                    subject,
                    mode.name());
        });
    }

    private static void requireNoVersions(Connection connection, String subject) throws SQLException {
        Optional<String> found = Sql.first(
                connection,
                "SELECT subject FROM registry.versions WHERE NOT deleted AND ? IN ('', subject) ORDER BY subject"
                        + " LIMIT 1",
                row -> row.getString(1),
                subject);
        if (found.isPresent()) {
            throw ApiException.notPermitted("Cannot import since found existing subject '" + found.get()
                    + "'. Delete the existing versions, or set the mode with force=true to import in addition to them");
        }
    }

    /** @return the mode that was set; empty if there was none */
    Optional<Mode> deleteMode(String subject) {
        return sql.inTransaction("delete the mode of " + subject, connection -> {
            lockModes(connection);
            String delete = subject.equals(ALL_SUBJECTS)
                    // The row must remain, because it serves as a lock.
                    ? "UPDATE registry.modes m SET mode = 'READWRITE' FROM registry.modes old"
                            + " WHERE m.subject = ? AND old.subject = m.subject RETURNING old.mode"
                    : "DELETE FROM registry.modes WHERE subject = ? RETURNING mode";
            return Sql.first(connection, delete, row -> Mode.valueOf(row.getString(1)), subject);
        });
    }

    /** Waits for concurrent changes, which follow the old mode. */
    private static void lockModes(Connection connection) throws SQLException {
        Sql.first(connection, "SELECT mode FROM registry.modes WHERE subject = '' FOR UPDATE", row -> true);
    }

    static void deleteOf(Connection connection, String subject) throws SQLException {
        Sql.update(connection, "DELETE FROM registry.compatibility WHERE subject = ?", subject);
        Sql.update(connection, "DELETE FROM registry.modes WHERE subject = ?", subject);
    }
}
