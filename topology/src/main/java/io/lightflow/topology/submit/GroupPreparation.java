package io.lightflow.topology.submit;

import io.lightflow.topology.catalog.Topologies;
import io.lightflow.topology.schema.RegistrySchemas;
import io.lightflow.topology.settings.GroupSettings;

/** Prepares a group for its topologies. */
public final class GroupPreparation {
    private GroupPreparation() {}

    /**
     * Checks what the topologies of a group need, then registers their schemas and creates their topics and tables as
     * far as these do not exist. It prepares all topologies, since one reads what another writes. Safe to repeat.
     */
    public static void prepare(GroupSettings settings) {
        settings.requireNoSecrets();
        Topologies.of(settings).forEach(topology -> topology.check(settings));
        RegistrySchemas.connect(settings.registry()).register();
        Topologies.of(settings).forEach(topology -> topology.prepare(settings));
    }
}
