package io.lightflow.reports.statistics;

import io.lightflow.statistics.Dimension;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A column of a series, the same in every format.
 *
 * @param value of a row; an {@link java.time.Instant}, a {@link String}, a {@link Long}, a {@link java.math.BigInteger}
 *     or a {@link java.math.BigDecimal}, by kind; null only for rates, for amounts that are quotients, and for the
 *     dimensions of several groups
 */
record SeriesColumn(String name, Kind kind, Function<SeriesRow, Object> value) {
    enum Kind {
        TIME,
        TEXT,
        NUMBER,
        /** A decimal number of {@link SeriesRow#RATE_SCALE} digits after the point. */
        RATE
    }

    /** How many groups a row is the sum of. */
    static final SeriesColumn GROUPS = new SeriesColumn("groups", Kind.NUMBER, SeriesRow::groups);

    /** The columns of rows with a step. */
    static List<SeriesColumn> of(List<Dimension> by) {
        List<SeriesColumn> columns = new ArrayList<>();
        columns.add(new SeriesColumn("time", Kind.TIME, SeriesRow::time));
        columns.addAll(withoutTime(by));
        return columns;
    }

    static List<SeriesColumn> withoutTime(List<Dimension> by) {
        List<SeriesColumn> columns = new ArrayList<>();
        for (int i = 0; i < by.size(); i++) {
            int place = i;
            columns.add(new SeriesColumn(
                    by.get(i).column(), Kind.TEXT, row -> row.by().get(place)));
        }
        columns.add(new SeriesColumn("currency", Kind.TEXT, SeriesRow::currency));
        columns.add(new SeriesColumn("impressions", Kind.NUMBER, SeriesRow::impressions));
        columns.add(new SeriesColumn("clicks", Kind.NUMBER, SeriesRow::clicks));
        columns.add(new SeriesColumn("conversions", Kind.NUMBER, SeriesRow::conversions));
        columns.add(new SeriesColumn("invalid_impressions", Kind.NUMBER, SeriesRow::invalidImpressions));
        columns.add(new SeriesColumn("invalid_clicks", Kind.NUMBER, SeriesRow::invalidClicks));
        columns.add(new SeriesColumn("invalid_conversions", Kind.NUMBER, SeriesRow::invalidConversions));
        columns.add(new SeriesColumn("spend_micros", Kind.NUMBER, SeriesRow::spendMicros));
        columns.add(new SeriesColumn("revenue_micros", Kind.NUMBER, SeriesRow::revenueMicros));
        columns.add(new SeriesColumn("ctr", Kind.RATE, SeriesRow::ctr));
        columns.add(new SeriesColumn("cvr", Kind.RATE, SeriesRow::cvr));
        columns.add(new SeriesColumn("ecpm_micros", Kind.NUMBER, SeriesRow::ecpmMicros));
        columns.add(new SeriesColumn("ecpc_micros", Kind.NUMBER, SeriesRow::ecpcMicros));
        columns.add(new SeriesColumn("ecpa_micros", Kind.NUMBER, SeriesRow::ecpaMicros));
        return columns;
    }
}
