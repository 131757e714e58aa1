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
 * What the numbers of a key table stand for, read once, since it never changes. In memory, rows have an index into the
 * list of texts instead of the number, which may be any.
 *
 * <p>One thread at a time reads more; whoever has a {@link #texts list} that it gave may use that meanwhile.
 */
final class KeyCache {
    private final KeyTable table;
    private final Map<Integer, Integer> indexes = new HashMap<>();
    private final List<Integer> unread = new ArrayList<>();
    private String[][] texts = new String[64][];

    KeyCache(KeyTable table) {
        this.table = table;
    }

    /** The index of a number. Its texts are there after {@link #read}. */
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

    /** Reads the texts of the numbers that have got an index since. */
    void read(Connection connection) throws SQLException {
        if (unread.isEmpty()) {
            return;
        }
        if (texts.length < indexes.size()) {
            texts = Arrays.copyOf(texts, 2 * indexes.size());
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
                            return texts[indexes.get(row.getInt(1))] = of;
                        },
                        connection.createArrayOf("integer", unread.toArray()))
                .size();
        if (found < unread.size()) {
            throw new IllegalStateException(table.tableName() + " lacks " + (unread.size() - found) + " of the numbers "
                    + unread + ", which rows of the statistics have: restore it, none of its rows may be deleted");
        }
        unread.clear();
    }

    /** The texts by index, as many as there are now. */
    Texts texts() {
        return new Texts(table.dimensions(), texts, indexes.size());
    }

    /** @param texts by index, in the order of the dimensions; those from {@code size} on are of later rows */
    record Texts(List<Dimension> dimensions, String[][] texts, int size) {
        String text(int index, Dimension dimension) {
            return texts[index][dimensions.indexOf(dimension)];
        }

        /** For each index whether a filter is true of it, as far as the filter is about these dimensions. */
        boolean[] matches(Filter filter) {
            boolean[] matches = new boolean[size];
            Arrays.fill(matches, true);
            for (int column = 0; column < dimensions.size(); column++) {
                Set<String> values = filter.values().get(dimensions.get(column));
                for (int index = 0; values != null && index < size; index++) {
                    matches[index] &= values.contains(texts[index][column]);
                }
            }
            return matches;
        }
    }
}
