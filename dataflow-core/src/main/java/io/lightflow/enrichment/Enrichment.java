package io.lightflow.enrichment;

/**
 * The data that fills fields which events lack. An attempt at a shard does not change it: newer data comes with a new
 * attempt, which has a number of its own, so that its cells replace those of the attempt before.
 *
 * @param places null: addresses are not looked up, and stay as they are
 * @param clients null: user agents are not read
 * @param campaigns null: advertisers are not filled
 */
public record Enrichment(PlaceSource places, ClientSource clients, CampaignSource campaigns) {
    /** Fills nothing. */
    public static final Enrichment NONE = new Enrichment(null, null, null);
}
