package io.lightflow.reports.budget;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.lightflow.reports.http.Feature;
import io.lightflow.reports.http.Parameters;
import io.lightflow.reports.http.ProblemException;
import io.lightflow.reports.http.ReportsJson;
import io.lightflow.reports.http.ReportsRole;
import io.lightflow.reports.http.RequestPrincipal;
import io.lightflow.service.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code /v1/campaigns/…/budget} and {@code /v1/budgets}: the view {@code campaign_budget} at a stated position. */
public final class BudgetApi implements Feature {
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LISTED = 1_000;

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
        routes.get("/v1/campaigns/{id}/budget", ReportsJson.handler(this::one), ReportsRole.VIEWER);
        routes.get("/v1/budgets", ReportsJson.handler(this::list), ReportsRole.VIEWER);
    }

    private CampaignBudget one(Context context) {
        String id = context.pathParam("id");
        return replica.query(
                        "get the budget of campaign " + id,
                        connection -> Sql.first(
                                connection,
                                "SELECT " + CampaignBudget.COLUMNS + ", as_of_watermark, behind_ms, as_of_committed_at,"
                                        + " as_of_positions FROM campaign_budget WHERE campaign = ?",
                                row -> CampaignBudget.read(row, CampaignBudget.AsOf.readWithPositions(row)),
                                id))
                .filter(budget -> RequestPrincipal.of(context).maySee(budget.advertiser()))
                .orElseThrow(() ->
                        ProblemException.notFound("campaign " + id + " does not exist, or this account cannot see it"));
    }

    private record BudgetPage(List<CampaignBudget> budgets, String next, CampaignBudget.AsOf asOf) {}

    private BudgetPage list(Context context) {
        Parameters parameters =
                Parameters.of(context, "advertiser", "status", "exhausted", "positions", "after", "limit");
        int limit = parameters.number("limit", 1, MAX_LISTED, DEFAULT_LIMIT);
        RequestPrincipal caller = RequestPrincipal.of(context);
        Optional<String> advertiser = parameters.text("advertiser");
        if (advertiser.isPresent() && !caller.maySee(advertiser.get())) {
            throw ProblemException.forbidden("account " + caller.name() + " sees budgets of advertiser "
                    + caller.advertiser().orElseThrow() + " only");
        }
        boolean withPositions = parameters
                .oneOf("positions", List.of("true", "false"))
                .filter("true"::equals)
                .isPresent();
        StringBuilder sql = new StringBuilder("SELECT " + CampaignBudget.COLUMNS + " FROM campaign_budget WHERE true");
        List<Object> values = new ArrayList<>();
        and(sql, values, " AND advertiser = ?", advertiser.or(caller::advertiser));
        and(sql, values, " AND status = ?", parameters.oneOf("status", List.of("active", "paused", "ended")));
        and(sql, values, " AND campaign > ?", parameters.text("after"));
        parameters
                .oneOf("exhausted", List.of("true", "false"))
                .ifPresent(word -> sql.append(word.equals("true") ? " AND exhausted" : " AND NOT exhausted"));
        sql.append(" ORDER BY campaign LIMIT ").append(limit + 1);
        return replica.querySnapshot("list the budgets", connection -> {
            List<CampaignBudget> found =
                    Sql.all(connection, sql.toString(), row -> CampaignBudget.read(row, null), values.toArray());
            boolean hasMore = found.size() > limit;
            List<CampaignBudget> shown = hasMore ? found.subList(0, limit) : found;
            return new BudgetPage(
                    shown, hasMore ? shown.get(limit - 1).campaign() : null, asOf(connection, withPositions));
        });
    }

    private static CampaignBudget.AsOf asOf(Connection connection, boolean withPositions) throws SQLException {
        Optional<CampaignBudget.AsOf> asOf = withPositions
                ? Sql.first(
                        connection, CampaignBudget.AsOf.SELECT_WITH_POSITIONS, CampaignBudget.AsOf::readWithPositions)
                : Sql.first(connection, CampaignBudget.AsOf.SELECT, CampaignBudget.AsOf::read);
        return asOf.orElseThrow();
    }

    private static void and(StringBuilder sql, List<Object> values, String condition, Optional<String> value) {
        value.ifPresent(one -> {
            sql.append(condition);
            values.add(one);
        });
    }
}
