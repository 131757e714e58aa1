package io.lightflow.store;

import java.util.List;

/**
 * What was read of a row.
 *
 * @param cells the cells in the range, by rising key
 * @param size number of cells of the whole row, also of those outside the range
 */
public record Row(List<Cell> cells, int size) {
    public static final Row ABSENT = new Row(List.of(), 0);
}
