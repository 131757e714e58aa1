package io.lightflow.reports.statistics;

import io.javalin.http.Context;
import io.lightflow.database.KeyTable;
import io.lightflow.database.StatisticsCube;
import io.lightflow.reports.http.Parameters;
import io.lightflow.reports.http.RequestPrincipal;
import io.lightflow.reports.statistics.DatabaseSnapshot.AsOf;
import io.lightflow.reports.statistics.Window.Piece;
import io.lightflow.service.sql.Sql;
import io.lightflow.statistics.Dimension;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** {@code /v1/ads/{ad_id}/aggregated_count}: one figure of one ad. */
final class AdCount {
    private static final Duration MAX_WINDOW = Duration.ofDays(1_100);
    private static final List<Grain> GRAINS = List.of(Grain.MINUTE, Grain.HOUR, Grain.DAY);

    private final Sql replica;
    private final EventFigures events;

    AdCount(Sql replica, EventFigures events) {
        this.replica = replica;
        this.events = events;
    }

    /**
     * @param count the sum; null for money, which is by currency
     * @param byCurrency sums of money that are not 0; null for counts
     * @param parts the rows that it is the sum of
     */
    record AdCountResponse(
            String ad,
            String metric,
            Instant from,
            Instant to,
            Long count,
            Map<String, BigInteger> byCurrency,
            List<Part> parts,
            AsOf asOf) {}

    /**
     * @param rows whether they were of a minute, an hour or a day, or single events
     * @param subtracted whether they were taken away, since other parts hold more than the window
     */
    record Part(Instant from, Instant to, String rows, boolean subtracted) {}

    private record Sum(String currency, BigInteger sum) {}

    AdCountResponse answer(Context context) {
        Parameters parameters = Parameters.of(context, "from", "to", "filter", "metric");
        String ad = Filter.text("ad_id", context.pathParam("ad_id"));
        Measure measure =
                Measure.named(parameters.oneOf("metric", Measure.NAMES).orElse("clicks"));
        Window window = Window.of(parameters, MAX_WINDOW);
        EventFilter asked =
                EventFilter.of(parameters, RequestPrincipal.of(context)).with(Dimension.CREATIVE, Set.of(ad));
        if (asked.needsEvents()) {
            return ofEvents(context, ad, window, asked, measure);
        }
        Filter filter = asked.dimensions();
        List<StatisticsCube> cubes = CubeChoice.of(filter.dimensions());
        return DatabaseSnapshot.read(replica, "count an ad's " + measure.column(), (connection, snapshot) -> {
            List<Piece> within = window.pieces(GRAINS);
            StatisticsCube cube = snapshot.complete(window, within, cubes);
            List<Piece> pieces = snapshot.fewest(window.fewestRows(GRAINS), within, cube);
            Map<String, BigInteger> sums = sums(connection, window, pieces, cube, filter, measure);
            List<Part> parts = pieces.stream()
                    .map(piece ->
                            new Part(piece.from(), piece.to(), piece.grain().label(), piece.subtracted()))
                    .toList();
            return response(ad, measure, window, sums, parts, snapshot.asOf(window));
        });
    }

    private AdCountResponse ofEvents(Context context, String ad, Window window, EventFilter filter, Measure measure) {
        String statement = JoinedEvents.sums(measure, List.of(Dimension.CURRENCY), filter);
        EventFigures.Figures found = events.read(context, statement, window);
        Map<String, BigInteger> sums = new TreeMap<>();
        found.rows()
                .forEach(row -> sums.put(
                        row.path("currency").asText(),
                        new BigInteger(row.path("amount").asText())));
        List<Part> parts = List.of(new Part(window.from(), window.to(), "event", false));
        return response(ad, measure, window, sums, parts, found.asOf());
    }

    private static AdCountResponse response(
            String ad, Measure measure, Window window, Map<String, BigInteger> sums, List<Part> parts, AsOf asOf) {
        return new AdCountResponse(
                ad,
                measure.column(),
                window.from(),
                window.to(),
                measure.isMoney()
                        ? null
                        : sums.values().stream()
                                .reduce(BigInteger.ZERO, BigInteger::add)
                                .longValueExact(),
                measure.isMoney() ? sums : null,
                parts,
                asOf);
    }

    private static Map<String, BigInteger> sums(
            Connection connection,
            Window window,
            List<Piece> pieces,
            StatisticsCube cube,
            Filter filter,
            Measure measure)
            throws SQLException {
        StatisticsQuery query = new StatisticsQuery(connection)
                .append("SELECT currency, sum(amount) FROM (SELECT ad, sum(amount) AS amount FROM (")
                .rows(
                        piece -> "ad, " + (piece.subtracted() ? "-" : "") + measure.column() + " AS amount",
                        window,
                        pieces,
                        cube,
                        filter)
                .append(") AS parts GROUP BY ad) AS sums" + KeyTable.AD.joinClause()
                        + " GROUP BY currency HAVING sum(amount) <> 0");
        Map<String, BigInteger> sums = new TreeMap<>();
        for (Sum sum : DatabaseSnapshot.all(
                connection,
                query,
                found -> new Sum(found.getString(1), found.getBigDecimal(2).toBigIntegerExact()))) {
            sums.put(sum.currency(), sum.sum());
        }
        return sums;
    }
}
