package io.lightflow.reports.statistics;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import io.lightflow.reports.query.QueryEndpoint;
import io.lightflow.reports.statistics.DatabaseSnapshot.AsOf;
import io.lightflow.service.sql.Sql;

/** Reads figures for which the statistics have no rows: from the archive, and from topics where that lags. */
final class EventFigures {
    private final Sql replica;
    private final QueryEndpoint events;

    EventFigures(Sql replica, QueryEndpoint events) {
        this.replica = replica;
        this.events = events;
    }

    /** @param rows an array of objects with the columns of the statement */
    record Figures(JsonNode rows, AsOf asOf) {}

    /**
     * Runs a statement over the events of a window.
     *
     * @throws io.lightflow.reports.http.ProblemException if there is no archive, or it cannot answer now
     */
    Figures read(Context context, String statement, Window window) {
        // Before the query: what was counted then is in the topics or in the archive.
        AsOf asOf =
                DatabaseSnapshot.read(replica, "read the watermark", (connection, snapshot) -> snapshot.asOf(window));
        QueryEndpoint.EventRows found = events.rows(context, statement, window.from(), window.to());
        return new Figures(found.rows(), found.notes().isEmpty() ? asOf : asOf.incomplete());
    }
}
