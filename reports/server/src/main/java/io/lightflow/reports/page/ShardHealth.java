package io.lightflow.reports.page;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.lightflow.reports.http.Caller;
import io.lightflow.reports.http.Json;
import io.lightflow.reports.http.Parameters;
import io.lightflow.reports.http.Role;
import io.lightflow.service.sql.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Objects;

/** {@code /v1/shards}: how far each shard has come, as the ledger tells it. */
final class ShardHealth {
    private static final int MOST_SHARDS = 10_000;

    // The join is for the time, which is told without shards, too.
    private static final String SHARDS = "SELECT statement_timestamp() AS read_at, topology, group_name, shard,"
            + " watermark, committed_at, CASE WHEN watermark IS NOT NULL THEN"
            + " greatest(0, floor(extract(epoch FROM statement_timestamp() - watermark) * 1000))::bigint END AS"
            + " behind_ms FROM (VALUES (1)) AS one LEFT JOIN ledger ON true"
            + " ORDER BY topology, group_name, shard LIMIT " + MOST_SHARDS;

    private final Sql replica;

    ShardHealth(Sql replica) {
        this.replica = replica;
    }

    /** @param readAt by PostgreSQL's clock */
    private record Answer(Instant readAt, List<Shard> shards) {}

    /**
     * @param watermark up to which it is complete; null if it has counted nothing yet
     * @param committedAt null if it has committed nothing yet
     * @param behindMs how far its watermark lies back; null without a watermark
     */
    private record Shard(
            String topology, String group, int shard, Instant watermark, Instant committedAt, Long behindMs) {}

    private record Row(Instant readAt, Shard shard) {}

    void addTo(RoutesConfig routes) {
        routes.get("/v1/shards", Json.answer(this::answer), Role.VIEWER);
    }

    private Answer answer(Context context) {
        Parameters.of(context);
        Caller.of(context).requireAllAdvertisers();
        List<Row> rows = replica.ask(
                "read the ledger of the shards", connection -> Sql.all(connection, SHARDS, ShardHealth::row));
        return new Answer(
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
