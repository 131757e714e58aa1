package io.lightflow.reports.budget;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.lightflow.reports.http.Feature;
import io.lightflow.reports.http.ProblemException;
import io.lightflow.reports.http.ReportsJson;
import io.lightflow.reports.http.ReportsRole;
import io.lightflow.reports.http.RequestPrincipal;
import io.lightflow.service.sql.Sql;

/**
 * {@code /v1/campaigns/…/budget} and {@code /v1/budgets}: the view {@code campaign_budget} at a stated position; and
 * {@code /v1/campaigns/…/forecast}.
 */
public final class BudgetApi implements Feature {
    private final Sql replica;
    private final ForecastReader forecasts;

    public BudgetApi(Sql replica) {
        this.replica = replica;
        this.forecasts = new ForecastReader(replica);
    }

    @Override
    public String description() {
        return "budgets.yaml";
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/v1/campaigns/{id}/budget", ReportsJson.handler(this::one), ReportsRole.VIEWER);
        routes.get("/v1/campaigns/{id}/forecast", ReportsJson.handler(this::forecast), ReportsRole.VIEWER);
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

    private ForecastReader.Forecast forecast(Context context) {
        return forecasts.of(one(context));
    }

    private BudgetList.BudgetPage list(Context context) {
        BudgetList list = BudgetList.of(context);
        return replica.querySnapshot("list the budgets", list::read);
    }
}
