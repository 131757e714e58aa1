package io.lightflow.topology.settings;

import java.time.Duration;

/**
 * One entry of a file with the least delays of clicks in single placements.
 *
 * @param publisher null: none
 * @param placement null: none
 */
public record PlacementDelay(String publisher, String placement, Duration minClickDelay) {
    public PlacementDelay {
        publisher = Require.orElse(publisher, "");
        placement = Require.orElse(placement, "");
        Require.present("minClickDelay", minClickDelay);
    }
}
