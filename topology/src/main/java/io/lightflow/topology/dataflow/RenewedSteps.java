package io.lightflow.topology.dataflow;

import io.lightflow.enrichment.CampaignSource;
import io.lightflow.enrichment.Enrichment;
import io.lightflow.join.JoinStep;
import io.lightflow.topology.postgres.CampaignSnapshots;
import java.util.function.Function;

/** Steps whose campaigns follow the table {@code campaign}. */
final class RenewedSteps implements StepFactory {
    private final Enrichment files;
    private final CampaignSnapshots campaigns;
    private final Function<Enrichment, JoinStep> steps;
    /** Steps are created by several threads. */
    private volatile CampaignSource current;

    /** @param files the data that does not change */
    RenewedSteps(Enrichment files, CampaignSnapshots campaigns, Function<Enrichment, JoinStep> steps) {
        this.files = files;
        this.campaigns = campaigns;
        this.steps = steps;
        this.current = campaigns.latest();
    }

    @Override
    public JoinStep newStep() {
        return steps.apply(new Enrichment(files.places(), files.clients(), current));
    }

    @Override
    public boolean renew() {
        CampaignSource latest = campaigns.latest();
        boolean newer = latest != current;
        current = latest;
        return newer;
    }

    @Override
    public void close() {
        campaigns.close();
    }
}
