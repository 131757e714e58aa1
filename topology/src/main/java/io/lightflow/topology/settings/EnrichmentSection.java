package io.lightflow.topology.settings;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.nio.file.Path;

/**
 * The section {@code enrichment} of the settings: what the join fills into events that lack it.
 *
 * @param places an MMDB file on the workers, which finds country and region by the address; null: they are not filled
 * @param userAgents whether device, browser and operating system are filled
 * @param campaigns whether the advertiser is filled by the table of campaigns
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EnrichmentSection(Path places, UserAgents userAgents, Campaigns campaigns) {
    public EnrichmentSection {
        userAgents = Require.orElse(userAgents, UserAgents.IGNORED);
        campaigns = Require.orElse(campaigns, Campaigns.IGNORED);
    }

    /** Whether the join reads the table of campaigns. */
    public enum Campaigns {
        READ,
        IGNORED
    }

    /** Whether the join reads user agents. */
    public enum UserAgents {
        READ,
        IGNORED
    }

    /** This section with an absolute path, since a worker starts in another folder. */
    EnrichmentSection in(Path folder) {
        return new EnrichmentSection(
                places == null ? null : folder.resolve(places).toAbsolutePath().normalize(), userAgents, campaigns);
    }
}
