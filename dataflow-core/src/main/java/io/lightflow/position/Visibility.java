package io.lightflow.position;

import io.lightflow.position.TopicPosition.Incarnation;
import java.util.Collection;

/**
 * The ghost rule of invariant C: a cell counts if its origin lies below the committed position; anything else is left
 * over from an attempt that never committed. Immutable; made once for each block.
 */
public final class Visibility {
    private final int[] incarnations;
    private final long[] nextOffsets;

    Visibility(Collection<Incarnation> lives) {
        incarnations = new int[lives.size()];
        nextOffsets = new long[lives.size()];
        int i = 0;
        for (Incarnation life : lives) {
            incarnations[i] = life.id();
            nextOffsets[i++] = life.nextOffset();
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
