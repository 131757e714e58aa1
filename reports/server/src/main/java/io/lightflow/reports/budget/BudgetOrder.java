package io.lightflow.reports.budget;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a list of budgets is sorted by. Amounts compare within their currency only. */
enum BudgetOrder {
    CAMPAIGN(""),
    NAME("lower(name)"),
    DECISION("decision"),
    SPENT_TODAY("currency, spent_today_micros"),
    SPENT("currency, spent_micros"),
    REMAINING("currency, remaining_micros"),
    /** The share of the amount by which the campaign is ahead. */
    PACE("(pace_actual - pace_line)::float8 / nullif(pace_amount, 0)");

    static final List<String> LABELS =
            Arrays.stream(values()).map(BudgetOrder::label).toList();

    private final String expressions;

    BudgetOrder(String expressions) {
        this.expressions = expressions;
    }

    static BudgetOrder of(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT));
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The id makes the order total, so that no campaign is on two pages. Campaigns without a value come last. */
    String sql(String direction) {
        return expressions.isEmpty()
                ? "campaign " + direction
                : expressions + " " + direction + " NULLS LAST, campaign";
    }
}
