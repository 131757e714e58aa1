package io.lightflow.reports.statistics;

import io.lightflow.database.KeyTable;
import io.lightflow.database.StatisticsCube;
import io.lightflow.reports.http.ProblemException;
import io.lightflow.reports.statistics.DatabaseSnapshot.AsOf;
import io.lightflow.reports.statistics.Window.Piece;
import io.lightflow.service.sql.Sql;
import io.lightflow.statistics.Dimension;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads the sums of all measures, by steps of time, dimensions and currency. */
final class SeriesReader {
    private static final int MAX_ROWS = 50_000;

    private final Sql replica;

    SeriesReader(Sql replica) {
        this.replica = replica;
    }

    /**
     * @param action in failure messages
     * @param top empty for all groups, in the order of their values
     */
    record Request(
            String action, Window window, Steps steps, List<Dimension> by, Filter filter, Optional<TopGroups> top) {}

    /**
     * The groups with the largest sums over the window. The others are one.
     *
     * @param measure of money, the largest sums of each currency
     */
    record TopGroups(int count, Measure measure) {}

    record Series(List<SeriesRow> rows, AsOf asOf) {}

    /** @throws ProblemException if there are too many rows, or some are not kept */
    Series read(Request request) {
        Set<Dimension> dimensions = EnumSet.noneOf(Dimension.class);
        dimensions.addAll(request.filter.dimensions());
        dimensions.addAll(request.by);
        List<StatisticsCube> cubes = CubeChoice.of(dimensions);
        List<Piece> within = request.steps.pieces(request.window);
        return DatabaseSnapshot.read(replica, request.action, (connection, snapshot) -> {
            StatisticsCube cube = snapshot.complete(request.window, within, cubes);
            List<Piece> pieces = snapshot.fewest(request.steps.fewestRows(request.window), within, cube);
            List<SeriesRow> rows = new Statement(connection, request, cube, pieces).rows();
            if (rows.size() > MAX_ROWS) {
                throw new ProblemException(
                        400,
                        "too-many-rows",
                        "The answer has too many rows",
                        "at most " + MAX_ROWS + " rows are given: ask for a shorter window, a coarser step, fewer"
                                + " dimensions in by, or a filter");
            }
            return new Series(rows, snapshot.asOf(request.window));
        });
    }

    /** One statement, from the rows of the tables to those of the answer. */
    private static final class Statement {
        private final Connection connection;
        private final Request request;
        private final StatisticsCube cube;
        private final List<Piece> pieces;
        private final boolean hasSteps;
        private final List<String> by;
        /** {@code step}, the dimensions and the currency. */
        private final List<String> keys;

        Statement(Connection connection, Request request, StatisticsCube cube, List<Piece> pieces) {
            this.connection = connection;
            this.request = request;
            this.cube = cube;
            this.pieces = pieces;
            this.hasSteps = request.steps.grain().isPresent();
            this.by = request.by.stream().map(Dimension::column).toList();
            this.keys = Stream.of(
                            hasSteps ? Stream.of("step") : Stream.<String>of(), by.stream(), Stream.of("currency"))
                    .flatMap(names -> names)
                    .toList();
        }

        List<SeriesRow> rows() throws SQLException {
            StatisticsQuery query = new StatisticsQuery(connection);
            String order = String.join(", ", keys);
            if (request.top.isEmpty()) {
                query.append("SELECT named.*, 1 AS groups FROM (");
                appendNamed(query).append(") AS named ORDER BY " + order);
            } else {
                appendTop(query, request.top.get());
            }
            query.append(" LIMIT ").value(MAX_ROWS + 1);
            return DatabaseSnapshot.all(connection, query, this::row);
        }

        /** Ranks the groups of all steps by their sum, and adds up the steps of those that are not at the top. */
        private void appendTop(StatisticsQuery query, TopGroups top) throws SQLException {
            boolean isMoney = top.measure.isMoney();
            String group = String.join(", ", by) + (isMoney ? ", currency" : "");
            String shown = by.stream()
                    .map(name -> "CASE WHEN place <= " + top.count + " THEN " + name + " END AS shown_" + name + ", ")
                    .collect(Collectors.joining());
            String step = hasSteps ? "step, " : "";
            query.append("SELECT " + step + shown + "currency" + sums() + ", count(*) AS groups FROM ("
                    + "SELECT totals.*, dense_rank() OVER (" + (isMoney ? "PARTITION BY currency " : "")
                    + "ORDER BY total DESC, " + group + ") AS place FROM ("
                    + "SELECT named.*, sum(" + top.measure.column() + ") OVER (PARTITION BY " + group
                    + ") AS total FROM (");
            appendNamed(query);
            query.append(") AS named) AS totals) AS ranked GROUP BY " + step
                    + by.stream().map(name -> "shown_" + name + ", ").collect(Collectors.joining())
                    + "currency ORDER BY "
                    + step + "min(place), currency");
        }

        /** The sums by step, dimensions and currency. */
        private StatisticsQuery appendNamed(StatisticsQuery query) throws SQLException {
            List<KeyTable> needed = cube.keyTables().stream()
                    .filter(table -> table == KeyTable.AD || request.by.stream().anyMatch(table.dimensions()::contains))
                    .toList();
            String numbers = needed.stream().map(KeyTable::column).collect(Collectors.joining(", "));
            query.append("SELECT ");
            if (hasSteps) {
                appendStepsOf(query, numbers);
            } else {
                appendSumsOf(query, numbers);
            }
            needed.forEach(table -> query.append(table.joinClause()));
            query.append(" GROUP BY " + String.join(", ", keys));
            // What was subtracted may leave nothing.
            return pieces.stream().anyMatch(Piece::subtracted) ? query.append(" HAVING " + isNotZero()) : query;
        }

        /** Not by numbers first: sums of each ad in each step do not fit into the memory of a statement. */
        private void appendStepsOf(StatisticsQuery query, String numbers) throws SQLException {
            request.steps.appendTo(query, request.window, connection);
            query.append(" AS step, " + String.join(", ", keys.subList(1, keys.size())) + sums() + " FROM (");
            appendRows(query, numbers).append(") AS parts");
        }

        /** Summed up by numbers first: there are fewer of them, and they are cheaper to tell apart. */
        private void appendSumsOf(StatisticsQuery query, String numbers) throws SQLException {
            query.append(String.join(", ", keys) + sums() + " FROM (SELECT " + numbers + sums() + " FROM (");
            appendRows(query, numbers).append(") AS parts GROUP BY " + numbers + ") AS sums");
        }

        private StatisticsQuery appendRows(StatisticsQuery query, String numbers) throws SQLException {
            return query.rows(
                    piece -> request.steps.time(piece) + ", " + numbers + ", " + measures(piece),
                    request.window,
                    pieces,
                    cube,
                    request.filter);
        }

        private static String measures(Piece piece) {
            return piece.subtracted()
                    ? Measure.NAMES.stream()
                            .map(name -> "-" + name + " AS " + name)
                            .collect(Collectors.joining(", "))
                    : String.join(", ", Measure.NAMES);
        }

        private static String isNotZero() {
            return Measure.NAMES.stream().map(name -> "sum(" + name + ") <> 0").collect(Collectors.joining(" OR "));
        }

        private static String sums() {
            return Measure.NAMES.stream()
                    .map(name -> ", sum(" + name + ") AS " + name)
                    .collect(Collectors.joining());
        }

        private SeriesRow row(ResultSet found) throws SQLException {
            String shown = request.top.isPresent() ? "shown_" : "";
            List<String> values = new ArrayList<>();
            for (String name : by) {
                values.add(found.getString(shown + name));
            }
            Instant step =
                    hasSteps ? found.getObject("step", OffsetDateTime.class).toInstant() : request.window.from();
            return new SeriesRow(
                    step,
                    values,
                    found.getString("currency"),
                    found.getLong("impressions"),
                    found.getLong("clicks"),
                    found.getLong("conversions"),
                    found.getLong("invalid_impressions"),
                    found.getLong("invalid_clicks"),
                    found.getLong("invalid_conversions"),
                    found.getBigDecimal("spend_micros").toBigIntegerExact(),
                    found.getBigDecimal("revenue_micros").toBigIntegerExact(),
                    found.getLong("groups"));
        }
    }
}
