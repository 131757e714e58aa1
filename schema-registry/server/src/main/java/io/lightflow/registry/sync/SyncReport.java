package io.lightflow.registry.sync;

import java.util.List;

/**
 * What a sync has done.
 *
 * @param same versions that both had
 * @param copied versions that were missing
 * @param kept schemas that are known by id now, although their version is taken by another
 * @param levels compatibility levels of subjects that were missing
 * @param conflicts what differs, and was left as it is
 */
public record SyncReport(int same, int copied, int kept, int levels, List<String> conflicts) {
    public SyncReport {
        conflicts = List.copyOf(conflicts);
    }
}
