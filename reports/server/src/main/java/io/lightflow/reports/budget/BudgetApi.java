package io.lightflow.reports.budget;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.lightflow.reports.http.Caller;
import io.lightflow.reports.http.Feature;
import io.lightflow.reports.http.Json;
import io.lightflow.reports.http.Parameters;
import io.lightflow.reports.http.ProblemException;
import io.lightflow.reports.http.Role;
import io.lightflow.service.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code /v1/campaigns/…/budget} and {@code /v1/budgets}: the view {@code campaign_budget}, as of a stated position.
 */
public final class BudgetApi implements Feature {
    private static final int DEFAULT_LIMIT = 100;
    private static final int MOST_LISTED = 1_000;

    private final Sql replica;

    public BudgetApi(Sql replica) {
        this.replica = replica;
    }

    @Override
    public String description() {
        return "budgets.yaml";
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/v1/campaigns/{id}/budget", Json.answer(this::one), Role.VIEWER);
        routes.get("/v1/budgets", Json.answer(this::list), Role.VIEWER);
    }

    private Budget one(Context context) {
        String id = context.pathParam("id");
        return replica.ask(
                        "get the budget of campaign " + id,
                        connection -> Sql.first(
                                connection,
                                "SELECT " + Budget.COLUMNS + ", as_of_watermark, behind_ms, as_of_committed_at,"
                                        + " as_of_positions FROM campaign_budget WHERE campaign = ?",
                                row -> Budget.read(row, Budget.AsOf.readWithPositions(row)),
                                id))
                .filter(budget -> Caller.of(context).maySee(budget.advertiser()))
                .orElseThrow(
                        () -> ProblemException.notFound("there is no campaign " + id + " that this account can see"));
    }

    private record Page(List<Budget> budgets, String next, Budget.AsOf asOf) {}

    private Page list(Context context) {
        Parameters parameters =
                Parameters.of(context, "advertiser", "status", "exhausted", "positions", "after", "limit");
        int limit = parameters.number("limit", 1, MOST_LISTED, DEFAULT_LIMIT);
        Caller caller = Caller.of(context);
        Optional<String> advertiser = parameters.text("advertiser");
        if (advertiser.isPresent() && !caller.maySee(advertiser.get())) {
            throw ProblemException.forbidden("account " + caller.name() + " sees budgets of advertiser "
                    + caller.advertiser().orElseThrow() + " only");
        }
        boolean withPositions = parameters
                .oneOf("positions", List.of("true", "false"))
                .filter("true"::equals)
                .isPresent();
        StringBuilder sql = new StringBuilder("SELECT " + Budget.COLUMNS + " FROM campaign_budget WHERE true");
        List<Object> values = new ArrayList<>();
        and(sql, values, " AND advertiser = ?", advertiser.or(caller::advertiser));
        and(sql, values, " AND status = ?", parameters.oneOf("status", List.of("active", "paused", "ended")));
        and(sql, values, " AND campaign > ?", parameters.text("after"));
        parameters
                .oneOf("exhausted", List.of("true", "false"))
                .ifPresent(word -> sql.append(word.equals("true") ? " AND exhausted" : " AND NOT exhausted"));
        sql.append(" ORDER BY campaign LIMIT ").append(limit + 1);
        return replica.askAtOnce("list the budgets", connection -> {
            List<Budget> found = Sql.all(connection, sql.toString(), row -> Budget.read(row, null), values.toArray());
            boolean hasMore = found.size() > limit;
            List<Budget> shown = hasMore ? found.subList(0, limit) : found;
            return new Page(shown, hasMore ? shown.get(limit - 1).campaign() : null, asOf(connection, withPositions));
        });
    }

    private static Budget.AsOf asOf(Connection connection, boolean withPositions) throws SQLException {
        Optional<Budget.AsOf> asOf = withPositions
                ? Sql.first(connection, Budget.AsOf.SELECT_WITH_POSITIONS, Budget.AsOf::readWithPositions)
                : Sql.first(connection, Budget.AsOf.SELECT, Budget.AsOf::read);
        return asOf.orElseThrow();
    }

    private static void and(StringBuilder sql, List<Object> values, String condition, Optional<String> value) {
        value.ifPresent(one -> {
            sql.append(condition);
            values.add(one);
        });
    }
}
