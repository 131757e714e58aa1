package io.lightflow.registry.sync;

import java.util.List;

/**
 * The result of a sync.
 *
 * @param same versions that both registries had
 * @param copied versions that were missing
 * @param storedById schemas stored by id only, because another schema has their version
 * @param settings settings of subjects that were missing
 * @param conflicts differences, which stay unchanged
 */
public record SyncReport(int same, int copied, int storedById, int settings, List<String> conflicts) {
    public SyncReport {
        conflicts = List.copyOf(conflicts);
    }
}
