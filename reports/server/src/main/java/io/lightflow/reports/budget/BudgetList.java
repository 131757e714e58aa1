package io.lightflow.reports.budget;

import io.javalin.http.Context;
import io.lightflow.reports.gate.Decision;
import io.lightflow.reports.http.Parameters;
import io.lightflow.reports.http.ProblemException;
import io.lightflow.reports.http.RequestPrincipal;
import io.lightflow.service.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** One page of the budgets that a request selects and sorts. */
final class BudgetList {
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LISTED = 1_000;
    private static final int MAX_OFFSET = 1_000_000;
    private static final List<String> STATUSES = List.of("active", "paused", "ended");
    private static final List<String> BOOLEANS = List.of("true", "false");
    private static final List<String> DECISIONS = Arrays.stream(Decision.values())
            .filter(decision -> decision != Decision.STALE && decision != Decision.UNKNOWN)
            .map(decision -> decision.name().toLowerCase(Locale.ROOT))
            .toList();

    private final StringBuilder conditions = new StringBuilder(" WHERE true");
    private final List<Object> values = new ArrayList<>();
    private final BudgetOrder order;
    private final String direction;
    private final int limit;
    private final int offset;
    private final boolean withPositions;

    private BudgetList(Parameters parameters, Optional<String> advertiser) {
        limit = parameters.number("limit", 1, MAX_LISTED, DEFAULT_LIMIT);
        offset = parameters.number("offset", 0, MAX_OFFSET, 0);
        order = parameters
                .oneOf("sort", BudgetOrder.LABELS)
                .map(BudgetOrder::of)
                .orElse(BudgetOrder.CAMPAIGN);
        direction = parameters.oneOf("order", List.of("asc", "desc")).orElse("asc");
        withPositions =
                parameters.oneOf("positions", BOOLEANS).filter("true"::equals).isPresent();
        and(" AND advertiser = ?", advertiser);
        and(" AND status = ?", parameters.oneOf("status", STATUSES));
        Optional<String> after = parameters.text("after");
        if (after.isPresent() && !continues()) {
            throw ProblemException.parameter(
                    "after", after.get(), "omitted with sort, order or offset: offset continues such a list");
        }
        and(" AND campaign > ?", after);
        and(" AND exhausted = ?::boolean", parameters.oneOf("exhausted", BOOLEANS));
        Optional<String> text = parameters.text("text");
        and(" AND (position(lower(?) IN lower(name)) > 0", text);
        and(" OR position(lower(?) IN lower(campaign)) > 0", text);
        and(" OR position(lower(?) IN lower(advertiser)) > 0)", text);
        List<String> decisions = parameters.strings("decision");
        for (String decision : decisions) {
            if (!DECISIONS.contains(decision)) {
                throw ProblemException.parameter("decision", decision, "one of " + String.join(", ", DECISIONS));
            }
        }
        if (!decisions.isEmpty()) {
            conditions
                    .append(" AND " + CampaignBudget.DECISION + " IN (?")
                    .append(", ?".repeat(decisions.size() - 1))
                    .append(')');
            values.addAll(decisions);
        }
    }

    static BudgetList of(Context context) {
        Parameters parameters = Parameters.of(
                context,
                "advertiser",
                "status",
                "decision",
                "exhausted",
                "text",
                "sort",
                "order",
                "offset",
                "after",
                "limit",
                "positions");
        RequestPrincipal caller = RequestPrincipal.of(context);
        Optional<String> advertiser = parameters.text("advertiser");
        if (advertiser.isPresent() && !caller.maySee(advertiser.get())) {
            throw ProblemException.forbidden("account " + caller.name() + " sees budgets of advertiser "
                    + caller.advertiser().orElseThrow() + " only");
        }
        return new BudgetList(parameters, advertiser.or(caller::advertiser));
    }

    /** Whether the last id of a page tells where the next one begins. */
    private boolean continues() {
        return order == BudgetOrder.CAMPAIGN && direction.equals("asc") && offset == 0;
    }

    private void and(String condition, Optional<String> value) {
        value.ifPresent(one -> {
            conditions.append(condition);
            values.add(one);
        });
    }

    /**
     * @param matching number of campaigns that match, on this page and all others; from "after" on
     * @param next null unless the list is by id and goes on
     */
    record BudgetPage(List<CampaignBudget> budgets, long matching, String next, CampaignBudget.AsOf asOf) {}

    private record Counted(CampaignBudget budget, long matching) {}

    BudgetPage read(Connection connection) throws SQLException {
        List<Counted> found = Sql.all(
                connection,
                "SELECT " + CampaignBudget.COLUMNS + ", count(*) OVER () AS matching FROM campaign_budget" + conditions
                        + " ORDER BY " + order.sql(direction) + " LIMIT " + limit + " OFFSET " + offset,
                row -> new Counted(CampaignBudget.read(row, null), row.getLong("matching")),
                values.toArray());
        long matching = !found.isEmpty() ? found.get(0).matching() : offset == 0 ? 0 : count(connection);
        List<CampaignBudget> budgets = found.stream().map(Counted::budget).toList();
        String next = continues() && matching > limit ? budgets.get(limit - 1).campaign() : null;
        return new BudgetPage(budgets, matching, next, asOf(connection));
    }

    /** Behind the last page no row has the number. */
    private long count(Connection connection) throws SQLException {
        return Sql.first(
                        connection,
                        "SELECT count(*) FROM campaign_budget" + conditions,
                        row -> row.getLong(1),
                        values.toArray())
                .orElseThrow();
    }

    private CampaignBudget.AsOf asOf(Connection connection) throws SQLException {
        Optional<CampaignBudget.AsOf> asOf = withPositions
                ? Sql.first(
                        connection, CampaignBudget.AsOf.SELECT_WITH_POSITIONS, CampaignBudget.AsOf::readWithPositions)
                : Sql.first(connection, CampaignBudget.AsOf.SELECT, CampaignBudget.AsOf::read);
        return asOf.orElseThrow();
    }
}
