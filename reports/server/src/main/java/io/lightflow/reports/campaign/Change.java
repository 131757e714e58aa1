package io.lightflow.reports.campaign;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.lightflow.reports.http.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;

/**
 * One change of a campaign.
 *
 * @param id grows with time
 * @param version of the campaign after it
 * @param account of the API, or the database user where the table was changed by hand
 * @param action insert, update or delete
 * @param changes for each column that has changed: from and to
 */
record Change(long id, long version, Instant at, String account, String action, JsonNode changes) {
    static Change read(ResultSet row) throws SQLException {
        try {
            return new Change(
                    row.getLong("id"),
                    row.getLong("version"),
                    row.getObject("at", OffsetDateTime.class).toInstant(),
                    row.getString("account"),
                    row.getString("action"),
                    Json.MAPPER.readTree(row.getString("changes")));
        } catch (JsonProcessingException e) {
            throw new SQLException("The changes of a campaign came as broken JSON", e);
        }
    }
}
