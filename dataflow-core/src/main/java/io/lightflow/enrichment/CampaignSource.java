package io.lightflow.enrichment;

/**
 * Knows the advertisers of campaigns, as of one moment. The same source gives the same answer each time. Thread-safe.
 */
public interface CampaignSource {
    /** The advertiser of a campaign; empty if the campaign is unknown. */
    String advertiserOf(String campaignId);

    /** Time at which its data was read, in ms since the Unix epoch; positive. */
    long version();
}
