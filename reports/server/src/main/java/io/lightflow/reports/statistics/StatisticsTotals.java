package io.lightflow.reports.statistics;

import io.lightflow.service.sql.Sql;
import io.lightflow.statistics.Dimension;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Single figures over windows of time, for rules. */
public final class StatisticsTotals {
    private final Sql replica;
    private final SeriesReader reader;

    public StatisticsTotals(Sql replica) {
        this.replica = replica;
        this.reader = new SeriesReader(replica);
    }

    /** The names of all figures, such as {@code clicks} and {@code ctr}. */
    public static Set<String> names() {
        return figures().keySet();
    }

    private static Map<String, SeriesColumn> figures() {
        return SeriesColumn.withoutTime(List.of()).stream()
                .filter(column -> column.kind() != SeriesColumn.Kind.TEXT)
                .collect(Collectors.toMap(SeriesColumn::name, column -> column));
    }

    /** All sums of a window, over all currencies. Sums of money are meaningless unless the filter names a currency. */
    public static final class Totals {
        private final SeriesRow sums;

        private Totals(SeriesRow sums) {
            this.sums = sums;
        }

        public long impressions() {
            return sums.impressions();
        }

        /** @return empty for a rate of nothing */
        public Optional<BigDecimal> figure(String name) {
            Object value = figures().get(name).value().apply(sums);
            return Optional.ofNullable(value).map(Object::toString).map(BigDecimal::new);
        }
    }

    /** The database's clock, and the event time up to which everything is counted. */
    public record Progress(Instant now, Optional<Instant> watermark) {}

    public Progress progress() {
        return replica.query("read the watermark", connection -> Sql.first(
                        connection,
                        "SELECT statement_timestamp() AS now,"
                                + " (SELECT CASE WHEN bool_and(watermark IS NOT NULL) THEN min(watermark) END"
                                + " FROM ledger) AS watermark",
                        StatisticsTotals::progress)
                .orElseThrow());
    }

    private static Progress progress(ResultSet row) throws SQLException {
        OffsetDateTime watermark = row.getObject("watermark", OffsetDateTime.class);
        return new Progress(
                row.getObject("now", OffsetDateTime.class).toInstant(),
                Optional.ofNullable(watermark).map(OffsetDateTime::toInstant));
    }

    /**
     * @param from on a whole minute, as {@code to}
     * @param filter the values that count, by dimension
     */
    public Totals totals(Instant from, Instant to, Map<Dimension, Set<String>> filter) {
        return read(from, to, Optional.empty(), filter).stream()
                .reduce(StatisticsTotals::sum)
                .map(Totals::new)
                .orElseGet(() -> new Totals(
                        new SeriesRow(from, List.of(), "", 0, 0, 0, 0, 0, 0, BigInteger.ZERO, BigInteger.ZERO, 1)));
    }

    /** The end of the newest minute of a window that has events. */
    public Optional<Instant> newestEvents(Instant from, Instant to, Map<Dimension, Set<String>> filter) {
        return read(from, to, Optional.of(Grain.MINUTE), filter).stream()
                .filter(row -> row.impressions() + row.clicks() + row.conversions() > 0)
                .map(row -> row.time().plus(Grain.MINUTE.length))
                .max(Instant::compareTo);
    }

    /** Spend by the beginning of each hour that has rows. */
    public Map<Instant, Long> spendByHour(Instant from, Instant to, Map<Dimension, Set<String>> filter) {
        return read(from, to, Optional.of(Grain.HOUR), filter).stream()
                .collect(Collectors.toMap(SeriesRow::time, StatisticsTotals::spend, Math::addExact));
    }

    private static long spend(SeriesRow row) {
        return row.spendMicros().min(BigInteger.valueOf(Long.MAX_VALUE)).longValueExact();
    }

    private List<SeriesRow> read(Instant from, Instant to, Optional<Grain> grain, Map<Dimension, Set<String>> filter) {
        return reader.read(new SeriesReader.Request(
                        "read the figures of a rule",
                        new Window(from, to),
                        new Steps(grain, ZoneOffset.UTC),
                        List.of(),
                        new Filter(filter),
                        Optional.empty()))
                .rows();
    }

    private static SeriesRow sum(SeriesRow one, SeriesRow other) {
        return new SeriesRow(
                one.time(),
                List.of(),
                "",
                one.impressions() + other.impressions(),
                one.clicks() + other.clicks(),
                one.conversions() + other.conversions(),
                one.invalidImpressions() + other.invalidImpressions(),
                one.invalidClicks() + other.invalidClicks(),
                one.invalidConversions() + other.invalidConversions(),
                one.spendMicros().add(other.spendMicros()),
                one.revenueMicros().add(other.revenueMicros()),
                1);
    }
}
