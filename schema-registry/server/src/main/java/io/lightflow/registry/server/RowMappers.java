package io.lightflow.registry.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/** Selects and reads the columns of schemas and versions. */
final class RowMappers {
    private static final String REFERENCES =
            "(SELECT json_agg(json_build_object('name', r.name, 'subject', r.subject, 'version', r.version)"
                    + " ORDER BY r.position) FROM registry.schema_references r WHERE r.schema_id = s.id)";
    static final String SELECT_VERSION = "SELECT v.subject, v.schema_id, v.version, s.schema, " + REFERENCES
            + ", v.deleted FROM registry.versions v JOIN registry.schemas s ON s.id = v.schema_id ";
    static final String SELECT_SCHEMA =
            "SELECT s.id, s.schema, coalesce(s.resolved, s.schema), " + REFERENCES + " FROM registry.schemas s ";

    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private RowMappers() {}

    static SubjectVersion version(ResultSet row) throws SQLException {
        return new SubjectVersion(
                row.getString(1),
                row.getInt(2),
                row.getInt(3),
                row.getString(4),
                references(row.getString(5)),
                row.getBoolean(6) ? Boolean.TRUE : null);
    }

    static StoredSchema schema(ResultSet row) throws SQLException {
        return new StoredSchema(row.getInt(1), row.getString(2), row.getString(3), references(row.getString(4)));
    }

    private static List<Reference> references(String json) throws SQLException {
        if (json == null) {
            return List.of();
        }
        try {
            return JSON.readValue(json, new TypeReference<>() {});
        } catch (JsonProcessingException e) {
            throw new SQLException("The references of a schema are invalid JSON: " + json, e);
        }
    }
}
