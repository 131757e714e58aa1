package io.lightflow.reports.page;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.lightflow.reports.http.Parameters;
import io.lightflow.reports.http.ReportsJson;
import io.lightflow.reports.http.ReportsRole;
import io.lightflow.reports.http.RequestPrincipal;
import io.lightflow.service.sql.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;

/** {@code /v1/set_aside}: the records of joined topics that could not be counted, by reason. */
final class SetAsideRecords {
    private static final int MAX_REASONS = 100;

    private static final String BY_REASON = "SELECT topology, group_name, topic, left(reason, 500) AS reason,"
            + " count(*) AS records, min(set_aside_at) AS first_at, max(set_aside_at) AS last_at"
            + " FROM stats_set_aside GROUP BY 1, 2, 3, 4 ORDER BY last_at DESC, 1, 2, 3, 4 LIMIT " + MAX_REASONS;

    private final Sql replica;

    SetAsideRecords(Sql replica) {
        this.replica = replica;
    }

    private record SetAsideResponse(List<Reason> reasons) {}

    private record Reason(
            String topology,
            String group,
            String topic,
            String reason,
            long records,
            Instant firstAt,
            Instant lastAt) {}

    void addTo(RoutesConfig routes) {
        routes.get("/v1/set_aside", ReportsJson.handler(this::reasons), ReportsRole.VIEWER);
    }

    private SetAsideResponse reasons(Context context) {
        Parameters.of(context);
        RequestPrincipal.of(context).requireAllAdvertisers();
        return new SetAsideResponse(replica.query(
                "count the records that were set aside",
                connection -> Sql.all(connection, BY_REASON, SetAsideRecords::reason)));
    }

    private static Reason reason(ResultSet found) throws SQLException {
        return new Reason(
                found.getString("topology"),
                found.getString("group_name"),
                found.getString("topic"),
                found.getString("reason"),
                found.getLong("records"),
                found.getObject("first_at", OffsetDateTime.class).toInstant(),
                found.getObject("last_at", OffsetDateTime.class).toInstant());
    }
}
