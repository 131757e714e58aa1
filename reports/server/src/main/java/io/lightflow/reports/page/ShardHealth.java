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
import java.util.Objects;

/** {@code /v1/shards}: the progress of each shard, from the ledger. */
final class ShardHealth {
    private static final int MAX_SHARDS = 10_000;

    // The outer join returns the time even without shards.
    private static final String SHARDS = "SELECT statement_timestamp() AS read_at, topology, group_name, shard,"
            + " watermark, committed_at, CASE WHEN watermark IS NOT NULL THEN"
            + " greatest(0, floor(extract(epoch FROM statement_timestamp() - watermark) * 1000))::bigint"
            + " END AS behind_ms"
            + " FROM (VALUES (1)) AS one LEFT JOIN ledger ON true"
            + " ORDER BY topology, group_name, shard LIMIT " + MAX_SHARDS;

    private final Sql replica;

    ShardHealth(Sql replica) {
        this.replica = replica;
    }

    /** @param readAt time of PostgreSQL's clock */
    private record ShardsResponse(Instant readAt, List<Shard> shards) {}

    /**
     * @param watermark event time up to which the shard is complete; null if it has counted nothing yet
     * @param committedAt time of the last commit; null before the first one
     * @param behindMs lag of the watermark; null without a watermark
     */
    private record Shard(
            String topology, String group, int shard, Instant watermark, Instant committedAt, Long behindMs) {}

    private record Row(Instant readAt, Shard shard) {}

    void addTo(RoutesConfig routes) {
        routes.get("/v1/shards", ReportsJson.handler(this::shards), ReportsRole.VIEWER);
    }

    private ShardsResponse shards(Context context) {
        Parameters.of(context);
        RequestPrincipal.of(context).requireAllAdvertisers();
        List<Row> rows = replica.query(
                "read the ledger of the shards", connection -> Sql.all(connection, SHARDS, ShardHealth::row));
        return new ShardsResponse(
                rows.get(0).readAt(),
                rows.stream().map(Row::shard).filter(Objects::nonNull).toList());
    }

    private static Row row(ResultSet found) throws SQLException {
        Instant readAt = instant(found, "read_at");
        String topology = found.getString("topology");
        if (topology == null) {
            return new Row(readAt, null);
        }
        return new Row(
                readAt,
                new Shard(
                        topology,
                        found.getString("group_name"),
                        found.getInt("shard"),
                        instant(found, "watermark"),
                        instant(found, "committed_at"),
                        found.getObject("behind_ms", Long.class)));
    }

    private static Instant instant(ResultSet found, String column) throws SQLException {
        OffsetDateTime time = found.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
