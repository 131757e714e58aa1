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
            "(SELECT json_agg(json_build_object('name', r.name, 'subject', r.subject, 'version', r.version,"
                    + " 'written', coalesce(r.written, r.subject))"
                    + " ORDER BY r.position) FROM registry.schema_references r WHERE r.schema_id = s.id)";
    static final String SELECT_VERSION = "SELECT v.subject, v.schema_id, v.version, s.schema, " + REFERENCES
            + ", v.deleted, s.metadata, s.rule_set, s.fingerprint, (extract(epoch FROM v.created_at) * 1000)::bigint"
            + " FROM registry.versions v JOIN registry.schemas s ON s.id = v.schema_id ";
    static final String SELECT_SCHEMA = "SELECT s.id, s.schema, coalesce(s.resolved, s.schema), " + REFERENCES
            + ", s.metadata, s.rule_set, s.fingerprint, (extract(epoch FROM s.created_at) * 1000)::bigint,"
            + " coalesce((SELECT bool_and(v.deleted) FROM registry.versions v WHERE v.schema_id = s.id), false)"
            + " FROM registry.schemas s ";

    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private RowMappers() {}

    static SubjectVersion version(ResultSet row) throws SQLException {
        String subject = row.getString(1);
        return new SubjectVersion(
                subject,
                row.getInt(2),
                row.getInt(3),
                Guid.of(row.getBytes(9)),
                row.getString(4),
                references(row.getString(5), Contexts.prefixOf(subject)),
                CanonicalJson.read(row.getString(7), Metadata.class),
                CanonicalJson.read(row.getString(8), RuleSet.class),
                row.getLong(10),
                row.getBoolean(6) ? Boolean.TRUE : null);
    }

    static StoredSchema schema(ResultSet row) throws SQLException {
        return new StoredSchema(
                row.getInt(1),
                Guid.of(row.getBytes(7)),
                row.getString(2),
                row.getString(3),
                references(row.getString(4), ""),
                new DataContract(
                        CanonicalJson.read(row.getString(5), Metadata.class),
                        CanonicalJson.read(row.getString(6), RuleSet.class)),
                row.getLong(8),
                row.getBoolean(9));
    }

    /** A reference as stored: its subject with the context, and as the client wrote it. */
    private record StoredReference(String name, String subject, int version, String written) {
        Reference within(String contextPrefix) {
            return Contexts.resolve(contextPrefix, written).equals(subject)
                    ? new Reference(name, written, version)
                    : new Reference(name, Contexts.relative(contextPrefix, subject), version);
        }
    }

    private static List<Reference> references(String json, String contextPrefix) throws SQLException {
        if (json == null) {
            return List.of();
        }
        try {
            return JSON.readValue(json, new TypeReference<List<StoredReference>>() {}).stream()
                    .map(reference -> reference.within(contextPrefix))
                    .toList();
        } catch (JsonProcessingException e) {
            throw new SQLException("The references of a schema are invalid JSON: " + json, e);
        }
    }
}
