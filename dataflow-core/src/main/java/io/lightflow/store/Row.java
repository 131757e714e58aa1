package io.lightflow.store;

import java.util.List;

/**
 * The part of a row that was read.
 *
 * @param cells the cells in the range, by ascending key
 * @param size number of cells of the whole row, including those outside the range
 */
public record Row(List<Cell> cells, int size) {
    public static final Row ABSENT = new Row(List.of(), 0);
}
