package io.lightflow.sql;

import io.lightflow.archive.table.RecordColumns;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.iceberg.Schema;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.NestedField;

/**
 * The rows of the tables that a query sees.
 *
 * <p>A row belongs to an advertiser if it names this advertiser and no other one, in whatever event of the row. A table
 * whose rows name none belongs to nobody.
 *
 * @param advertiser the only one whose rows are seen; empty for all rows
 * @param from earliest event time
 * @param to event time before which rows are seen
 */
public record RowAccess(Optional<String> advertiser, Optional<Instant> from, Optional<Instant> to) {
    /** Every row. */
    public static final RowAccess ALL = new RowAccess(Optional.empty(), Optional.empty(), Optional.empty());

    private static final String ADVERTISER = "advertiserId";

    public RowAccess {
        Objects.requireNonNull(advertiser, "advertiser");
        Objects.requireNonNull(from, "from");
        Objects.requireNonNull(to, "to");
        if (advertiser.isPresent()
                && (advertiser.get().isBlank() || advertiser.get().indexOf('\0') >= 0)) {
            throw new IllegalArgumentException("expected the id of an advertiser, found a blank one or one with NUL");
        }
    }

    /** Files that may hold such rows. */
    public Expression files() {
        Expression expression = Expressions.alwaysTrue();
        if (from.isPresent()) {
            expression = Expressions.and(
                    expression, Expressions.greaterThanOrEqual(RecordColumns.EVENT_TIME, micros(from.get())));
        }
        if (to.isPresent()) {
            expression = Expressions.and(expression, Expressions.lessThan(RecordColumns.EVENT_TIME, micros(to.get())));
        }
        return expression;
    }

    private static long micros(Instant time) {
        return Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000L), time.getNano() / 1_000);
    }

    /** Whether a table may have such rows. */
    boolean admits(Schema schema) {
        return advertiser.isEmpty() || !advertisers(schema).isEmpty();
    }

    /** A condition of DuckDB on rows of a table; empty if all rows fulfil it. */
    Optional<String> condition(Schema schema) {
        List<String> conditions = new ArrayList<>();
        from.ifPresent(time -> conditions.add(RecordColumns.EVENT_TIME + " >= make_timestamptz(" + micros(time) + ")"));
        to.ifPresent(time -> conditions.add(RecordColumns.EVENT_TIME + " < make_timestamptz(" + micros(time) + ")"));
        advertiser.ifPresent(id -> conditions.add(isOf(ColumnTypes.literal(id), advertisers(schema))));
        return conditions.isEmpty() ? Optional.empty() : Optional.of(String.join(" AND ", conditions));
    }

    private static String isOf(String advertiser, List<String> named) {
        if (named.isEmpty()) {
            return "false";
        }
        String oneIs = named.stream().map(path -> path + " = " + advertiser).collect(Collectors.joining(" OR "));
        String noneIsNot = named.stream()
                .map(path -> "(" + path + " IS NULL OR " + path + " = " + advertiser + ")")
                .collect(Collectors.joining(" AND "));
        return "(" + oneIs + ") AND " + noneIsNot;
    }

    /** Columns and fields of columns that hold the id of an advertiser, as expressions. */
    private static List<String> advertisers(Schema schema) {
        List<String> paths = new ArrayList<>();
        schema.columns().forEach(column -> addAdvertisers(column, ColumnTypes.quoted(column.name()), paths));
        return paths;
    }

    private static void addAdvertisers(NestedField field, String path, List<String> paths) {
        if (field.type().isStructType()) {
            field.type()
                    .asStructType()
                    .fields()
                    .forEach(inner -> addAdvertisers(
                            inner, "struct_extract(" + path + ", " + ColumnTypes.literal(inner.name()) + ")", paths));
        } else if (field.name().equals(ADVERTISER) && field.type().typeId() == Type.TypeID.STRING) {
            paths.add(path);
        }
    }
}
