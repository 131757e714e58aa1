package io.lightflow.enrichment;

/**
 * The data that fills fields which events lack. A process does not change it: a shard that is opened again has an
 * attempt with a number of its own, whose cells replace those of the attempt before.
 *
 * @param places null: addresses are not looked up, and stay as they are
 * @param clients null: user agents are not read
 */
public record Enrichment(PlaceSource places, ClientSource clients) {
    /** Fills nothing. */
    public static final Enrichment NONE = new Enrichment(null, null);
}
