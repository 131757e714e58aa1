package io.lightflow.join;

import io.lightflow.store.Cell;

/** Reads single cells of the join, for fakes of its store. */
public final class CellContents {
    private static final StoredCells CELLS = new StoredCells(JoinSettings.defaults("any"));

    private CellContents() {}

    /** The impression that the click in a cell names. The cell has the current format. */
    public static String impressionOf(Cell click) {
        return CELLS.click(click).click().impressionId();
    }
}
