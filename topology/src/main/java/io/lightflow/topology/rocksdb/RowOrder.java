package io.lightflow.topology.rocksdb;

import io.lightflow.store.NewCell;
import java.util.Arrays;
import java.util.List;

/**
 * The order of cells by row, nearly: rows that begin with the same byte are told apart by the next five in which any of
 * them differ. So numbers are sorted, and no rows compared.
 */
final class RowOrder {
    private static final int INDEX_BITS = 16;
    private static final int RANK_BYTES = 5;

    private RowOrder() {}

    /**
     * Numbers in whose order the cells are to be taken; {@link #index} tells which each stands for.
     *
     * @param cells at most 65,536
     */
    static long[] of(List<NewCell> cells) {
        byte[][] firsts = new byte[256][];
        int[] common = new int[256];
        for (NewCell cell : cells) {
            byte[] row = cell.row();
            int kind = kind(row);
            if (firsts[kind] == null) {
                firsts[kind] = row;
                common[kind] = row.length;
            } else {
                int differs = Arrays.mismatch(firsts[kind], row);
                if (differs >= 0 && differs < common[kind]) {
                    common[kind] = differs;
                }
            }
        }
        long[] order = new long[cells.size()];
        for (int i = 0; i < order.length; i++) {
            byte[] row = cells.get(i).row();
            int kind = kind(row);
            long rank = kind;
            for (int at = common[kind]; at < common[kind] + RANK_BYTES; at++) {
                rank = rank << 8 | (at < row.length ? row[at] & 0xff : 0);
            }
            order[i] = (rank << INDEX_BITS | i) ^ Long.MIN_VALUE;
        }
        Arrays.sort(order);
        return order;
    }

    private static int kind(byte[] row) {
        return row.length == 0 ? 0 : row[0] & 0xff;
    }

    static int index(long number) {
        return (int) number & (1 << INDEX_BITS) - 1;
    }
}
