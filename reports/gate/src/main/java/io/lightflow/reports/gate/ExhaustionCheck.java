package io.lightflow.reports.gate;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** Asks the table of budgets which campaigns are exhausted: a notification alone proves nothing. */
final class ExhaustionCheck {
    private static final String EXHAUSTED = "SELECT campaign, exhausted_by,"
            + " pg_snapshot_xmax(pg_current_snapshot())::text FROM campaign_budget"
            + " WHERE campaign = ANY (?) AND exhausted";

    private ExhaustionCheck() {}

    /**
     * The notices of those campaigns that are exhausted now.
     *
     * @param connection to the server that sent the notifications, so that it shows their commits
     */
    static Map<String, ExhaustionNotice> exhausted(Connection connection, Collection<String> campaigns)
            throws SQLException {
        Map<String, ExhaustionNotice> notices = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(EXHAUSTED)) {
            statement.setArray(1, connection.createArrayOf("text", campaigns.toArray()));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    String campaign = row.getString(1);
                    long seenUpTo = Long.parseLong(row.getString(3));
                    ExhaustionNotice.parseKind(row.getString(2))
                            .ifPresent(kind -> notices.put(campaign, new ExhaustionNotice(kind, seenUpTo)));
                }
            }
        }
        return notices;
    }
}
