package io.lightflow.reports.statistics;

import io.lightflow.database.KeyTable;
import io.lightflow.service.sql.Sql;
import io.lightflow.statistics.Dimension;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The values of the numbers of a key table, read once, since they never change. Numbers have gaps, so rows in memory
 * hold an index into the list of values instead.
 *
 * <p>One thread at a time reads more. Other threads may use the {@link #values lists} that they have meanwhile.
 */
final class KeyCache {
    private final KeyTable table;
    private final Map<Integer, Integer> indexes = new HashMap<>();
    private final List<Integer> unread = new ArrayList<>();
    private String[][] values = new String[64][];

    KeyCache(KeyTable table) {
        this.table = table;
    }

    /** The index of a number. Its values are there after {@link #read}. */
    int index(int number) {
        Integer index = indexes.get(number);
        if (index == null) {
            index = indexes.size();
            indexes.put(number, index);
            unread.add(number);
        }
        return index;
    }

    int size() {
        return indexes.size();
    }

    /** Reads the values of the numbers that have got an index since the last call. */
    void read(Connection connection) throws SQLException {
        if (unread.isEmpty()) {
            return;
        }
        if (values.length < indexes.size()) {
            values = Arrays.copyOf(values, 2 * indexes.size());
        }
        int found = Sql.all(
                        connection,
                        "SELECT id, " + String.join(", ", table.valueColumns()) + " FROM " + table.tableName()
                                + " WHERE id = ANY (?)",
                        row -> {
                            String[] of = new String[table.dimensions().size()];
                            for (int i = 0; i < of.length; i++) {
                                of[i] = row.getString(2 + i);
                            }
                            return values[indexes.get(row.getInt(1))] = of;
                        },
                        connection.createArrayOf("integer", unread.toArray()))
                .size();
        if (found < unread.size()) {
            throw new IllegalStateException(table.tableName() + " lacks " + (unread.size() - found) + " of the numbers "
                    + unread + ", which rows of the statistics have: restore it, none of its rows may be deleted");
        }
        unread.clear();
    }

    /** The values by index, as many as there are now. */
    Values values() {
        return new Values(table.dimensions(), values, indexes.size());
    }

    /** @param texts by index, in the order of the dimensions; those from {@code size} on are of later rows */
    record Values(List<Dimension> dimensions, String[][] values, int size) {
        String value(int index, Dimension dimension) {
            return values[index][dimensions.indexOf(dimension)];
        }

        /** For each index whether a filter is true of it, as far as the filter is about these dimensions. */
        boolean[] matches(Filter filter) {
            boolean[] matches = new boolean[size];
            Arrays.fill(matches, true);
            for (int column = 0; column < dimensions.size(); column++) {
                Set<String> allowed = filter.values().get(dimensions.get(column));
                for (int index = 0; allowed != null && index < size; index++) {
                    matches[index] &= allowed.contains(values[index][column]);
                }
            }
            return matches;
        }
    }
}
