package io.lightflow.topology.enrichment;

import io.lightflow.enrichment.ClientSource;
import io.lightflow.enrichment.Enrichment;
import io.lightflow.topology.settings.EnrichmentSection;

/** Opens the files that the settings name. All tasks of a process share the parser of user agents. */
public final class EnrichmentData {
    private EnrichmentData() {}

    /** Created when it is first used, since that takes seconds. */
    private static final class SharedClients {
        static final ClientSource CLIENTS = new YauaaClients();
    }

    /**
     * @param section null: fills nothing
     * @throws EnrichmentFileException if a file is missing or damaged
     */
    public static Enrichment open(EnrichmentSection section) {
        if (section == null) {
            return Enrichment.NONE;
        }
        return new Enrichment(
                section.places() == null ? null : MmdbPlaces.open(section.places()),
                section.userAgents() == EnrichmentSection.UserAgents.READ ? SharedClients.CLIENTS : null,
                null);
    }
}
