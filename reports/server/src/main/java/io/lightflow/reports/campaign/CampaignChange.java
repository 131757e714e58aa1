package io.lightflow.reports.campaign;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.lightflow.reports.http.ReportsJson;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;

/**
 * A change of a campaign.
 *
 * @param id increases with time
 * @param version version of the campaign after the change
 * @param account account of the API, or the database user if the table was changed directly
 * @param action insert, update or delete
 * @param changes the old and new value of each changed column
 */
record CampaignChange(long id, long version, Instant at, String account, String action, JsonNode changes) {
    static CampaignChange read(ResultSet row) throws SQLException {
        try {
            return new CampaignChange(
                    row.getLong("id"),
                    row.getLong("version"),
                    row.getObject("at", OffsetDateTime.class).toInstant(),
                    row.getString("account"),
                    row.getString("action"),
                    ReportsJson.MAPPER.readTree(row.getString("changes")));
        } catch (JsonProcessingException e) {
            throw new SQLException("The changes of a campaign are invalid JSON", e);
        }
    }
}
