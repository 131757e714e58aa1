package io.lightflow.registry.server;

import io.lightflow.registry.server.CompatibilityCheck.VersionedSchema;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * The registry's tables. Any number of servers may use them at once: a registration locks its subject's row, and everything else is
 * a single statement. Every method throws {@link StoreException} if the database does not do its part.
 */
final class SchemaStore {
    private static final String SELECT_VERSION = "SELECT v.subject, v.schema_id, v.version, s.schema"
            + " FROM registry.versions v JOIN registry.schemas s ON s.id = v.schema_id ";
    private static final String ALL_SUBJECTS = "";
    private static final int PING_SECONDS = 2;

    private final DataSource database;

    SchemaStore(DataSource database) {
        this.database = database;
    }

    boolean isReachable() {
        try (Connection connection = database.getConnection()) {
            return connection.isValid(PING_SECONDS);
        } catch (SQLException e) {
            return false;
        }
    }

    Optional<String> schemaById(int id) {
        return ask(
                "get schema " + id,
                connection -> first(
                        connection, "SELECT schema FROM registry.schemas WHERE id = ?", row -> row.getString(1), id));
    }

    List<SubjectVersion> versionsOfSchema(int id) {
        return ask(
                "list the versions of schema " + id,
                connection -> all(
                        connection,
                        SELECT_VERSION + "WHERE v.schema_id = ? ORDER BY v.subject, v.version",
                        SchemaStore::subjectVersion,
                        id));
    }

    List<String> subjects() {
        return ask(
                "list the subjects",
                connection ->
                        all(connection, "SELECT name FROM registry.subjects ORDER BY name", row -> row.getString(1)));
    }

    List<Integer> versions(String subject) {
        return ask(
                "list the versions of " + subject,
                connection -> all(
                        connection,
                        "SELECT version FROM registry.versions WHERE subject = ? ORDER BY version",
                        row -> row.getInt(1),
                        subject));
    }

    Optional<SubjectVersion> version(String subject, int version) {
        return ask(
                "get version " + version + " of " + subject,
                connection -> first(
                        connection,
                        SELECT_VERSION + "WHERE v.subject = ? AND v.version = ?",
                        SchemaStore::subjectVersion,
                        subject,
                        version));
    }

    Optional<SubjectVersion> latest(String subject) {
        return ask(
                "get the latest version of " + subject,
                connection -> first(
                        connection,
                        SELECT_VERSION + "WHERE v.subject = ? ORDER BY v.version DESC LIMIT 1",
                        SchemaStore::subjectVersion,
                        subject));
    }

    /** The version of {@code subject} that holds just this schema. */
    Optional<SubjectVersion> find(String subject, ParsedSchema schema) {
        return ask("look up a schema in " + subject, connection -> find(connection, subject, schema));
    }

    /** The level set for all subjects, or the default. */
    CompatibilityLevel compatibility() {
        return ask("get the compatibility", connection -> compatibility(connection, ALL_SUBJECTS))
                .orElse(CompatibilityLevel.DEFAULT);
    }

    /** The level set for this subject alone. */
    Optional<CompatibilityLevel> compatibility(String subject) {
        return ask("get the compatibility of " + subject, connection -> compatibility(connection, subject));
    }

    void setCompatibility(CompatibilityLevel level) {
        setCompatibility(ALL_SUBJECTS, level);
    }

    void setCompatibility(String subject, CompatibilityLevel level) {
        ask(
                "set the compatibility of " + subject,
                connection -> update(
                        connection,
                        "INSERT INTO registry.compatibility (subject, level) VALUES (?, ?)"
                                + " ON CONFLICT (subject) DO UPDATE SET level = excluded.level",
                        subject,
                        level.name()));
    }

    /**
     * Makes {@code schema} the next version of {@code subject}, unless it is one already.
     *
     * @return the version that holds it, and whether it is new
     * @throws ApiException if it is incompatible with earlier versions, or another schema has its id
     */
    Registration register(String subject, ParsedSchema schema) {
        return ask("register schema " + schema.id() + " as " + subject, connection -> {
            Optional<SubjectVersion> existing = find(connection, subject, schema);
            if (existing.isPresent()) {
                return new Registration(existing.get(), Registration.Outcome.EXISTED);
            }
            // What is not committed is rolled back by the pool when it takes the connection back.
            connection.setAutoCommit(false);
            Registration registration = registerLocked(connection, subject, schema);
            connection.commit();
            return registration;
        });
    }

    private static Registration registerLocked(Connection connection, String subject, ParsedSchema schema)
            throws SQLException {
        update(connection, "INSERT INTO registry.subjects (name) VALUES (?) ON CONFLICT DO NOTHING", subject);
        first(connection, "SELECT name FROM registry.subjects WHERE name = ? FOR UPDATE", row -> true, subject);
        Optional<SubjectVersion> existing = find(connection, subject, schema);
        if (existing.isPresent()) {
            return new Registration(existing.get(), Registration.Outcome.EXISTED);
        }
        List<VersionedSchema> earlier = all(
                connection,
                SELECT_VERSION + "WHERE v.subject = ? ORDER BY v.version",
                row -> new VersionedSchema(row.getInt(3), ParsedSchema.parseStored(row.getString(4))),
                subject);
        requireCompatible(connection, subject, schema, earlier);
        insertSchema(connection, schema);
        int version = earlier.isEmpty() ? 1 : earlier.get(earlier.size() - 1).version() + 1;
        update(
                connection,
                "INSERT INTO registry.versions (subject, version, schema_id) VALUES (?, ?, ?)",
                subject,
                version,
                schema.id());
        return new Registration(
                new SubjectVersion(subject, schema.id(), version, schema.text()), Registration.Outcome.CREATED);
    }

    private static void requireCompatible(
            Connection connection, String subject, ParsedSchema schema, List<VersionedSchema> earlier)
            throws SQLException {
        Optional<CompatibilityLevel> own = compatibility(connection, subject);
        CompatibilityLevel level = own.isPresent()
                ? own.get()
                : compatibility(connection, ALL_SUBJECTS).orElse(CompatibilityLevel.DEFAULT);
        List<String> obstacles = CompatibilityCheck.obstacles(level, schema.schema(), earlier);
        if (!obstacles.isEmpty()) {
            throw ApiException.incompatible(
                    "Schema being registered is incompatible with an earlier schema for subject \"" + subject
                            + "\" at level " + level + ": " + String.join("; ", obstacles));
        }
    }

    private static void insertSchema(Connection connection, ParsedSchema schema) throws SQLException {
        update(
                connection,
                "INSERT INTO registry.schemas (id, fingerprint, schema) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                schema.id(),
                schema.fingerprint(),
                schema.text());
        Optional<byte[]> stored = first(
                connection,
                "SELECT fingerprint FROM registry.schemas WHERE id = ?",
                row -> row.getBytes(1),
                schema.id());
        if (stored.isEmpty() || !Arrays.equals(stored.get(), schema.fingerprint())) {
            throw ApiException.notPermitted("Schema " + schema.schema().getFullName() + " has the id " + schema.id()
                    + ", which another schema already has: ids are 31 bits of a hash of the schema."
                    + " Change anything in it, for example a doc, and it gets another id.");
        }
    }

    private static Optional<SubjectVersion> find(Connection connection, String subject, ParsedSchema schema)
            throws SQLException {
        return first(
                connection,
                SELECT_VERSION + "WHERE v.subject = ? AND s.fingerprint = ?",
                SchemaStore::subjectVersion,
                subject,
                schema.fingerprint());
    }

    private static Optional<CompatibilityLevel> compatibility(Connection connection, String subject)
            throws SQLException {
        return first(
                connection,
                "SELECT level FROM registry.compatibility WHERE subject = ?",
                row -> CompatibilityLevel.valueOf(row.getString(1)),
                subject);
    }

    private static SubjectVersion subjectVersion(ResultSet row) throws SQLException {
        return new SubjectVersion(row.getString(1), row.getInt(2), row.getInt(3), row.getString(4));
    }

    private interface Question<T> {
        T ask(Connection connection) throws SQLException;
    }

    private interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }

    private <T> T ask(String action, Question<T> question) {
        try (Connection connection = database.getConnection()) {
            return question.ask(connection);
        } catch (SQLException e) {
            throw new StoreException("The database failed to " + action + ": " + e.getMessage(), e);
        }
    }

    private static <T> Optional<T> first(Connection connection, String sql, RowReader<T> reader, Object... parameters)
            throws SQLException {
        return all(connection, sql, reader, parameters).stream().findFirst();
    }

    private static <T> List<T> all(Connection connection, String sql, RowReader<T> reader, Object... parameters)
            throws SQLException {
        try (PreparedStatement statement = prepare(connection, sql, parameters);
                ResultSet rows = statement.executeQuery()) {
            List<T> result = new ArrayList<>();
            while (rows.next()) {
                result.add(reader.read(rows));
            }
            return result;
        }
    }

    private static int update(Connection connection, String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = prepare(connection, sql, parameters)) {
            return statement.executeUpdate();
        }
    }

    private static PreparedStatement prepare(Connection connection, String sql, Object... parameters)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        try {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            return statement;
        } catch (SQLException e) {
            statement.close();
            throw e;
        }
    }
}
