package io.lightflow.position;

import io.lightflow.position.TopicPosition.Incarnation;
import java.util.Collection;

/**
 * The ghost rule of invariant C: a cell counts if its origin lies below the committed position. Any other cell is left
 * over from an attempt that never committed. Immutable; created once for each block.
 */
public final class Visibility {
    private final int[] incarnations;
    private final long[] nextOffsets;

    Visibility(Collection<Incarnation> all) {
        incarnations = new int[all.size()];
        nextOffsets = new long[all.size()];
        int i = 0;
        for (Incarnation incarnation : all) {
            incarnations[i] = incarnation.id();
            nextOffsets[i++] = incarnation.nextOffset();
        }
    }

    public boolean isVisible(int incarnation, long offset) {
        for (int i = 0; i < incarnations.length; i++) {
            if (incarnations[i] == incarnation) {
                return offset < nextOffsets[i];
            }
        }
        return false;
    }
}
