package io.lightflow.producer.link;

import java.time.Instant;
import java.util.Objects;

/**
 * The claims that a link's signature authenticates. Anyone who sees the link can read them; changing them requires the
 * key.
 *
 * @param impressionId id of the impression that the link belongs to; not empty
 * @param joinKey join key of that impression; not empty
 * @param time when the link was created, in ms; its validity starts then
 * @param advertiserId may be empty
 * @param clickId the click that a postback link refers to; may be empty
 * @param target the landing page of a click link, signed so that the link cannot redirect elsewhere; may be empty
 * @param campaignId may be empty
 */
public record LinkClaims(
        String impressionId,
        String joinKey,
        Instant time,
        String advertiserId,
        String clickId,
        String target,
        String campaignId) {
    public LinkClaims {
        Objects.requireNonNull(time, "time");
        Objects.requireNonNull(advertiserId, "advertiserId");
        Objects.requireNonNull(clickId, "clickId");
        Objects.requireNonNull(target, "target");
        Objects.requireNonNull(campaignId, "campaignId");
        if (impressionId.isEmpty() || joinKey.isEmpty()) {
            throw new IllegalArgumentException("claims of a link: expected an impressionId and a joinKey, found \""
                    + impressionId + "\" and \"" + joinKey + "\"");
        }
        time = Instant.ofEpochMilli(time.toEpochMilli());
    }

    /** Claims without advertiser, click, target and campaign. */
    public static LinkClaims of(String impressionId, String joinKey, Instant time) {
        return new LinkClaims(impressionId, joinKey, time, "", "", "", "");
    }

    public LinkClaims withAdvertiser(String newAdvertiserId) {
        return new LinkClaims(impressionId, joinKey, time, newAdvertiserId, clickId, target, campaignId);
    }

    public LinkClaims withClick(String newClickId) {
        return new LinkClaims(impressionId, joinKey, time, advertiserId, newClickId, target, campaignId);
    }

    public LinkClaims withTarget(String newTarget) {
        return new LinkClaims(impressionId, joinKey, time, advertiserId, clickId, newTarget, campaignId);
    }

    public LinkClaims withCampaign(String newCampaignId) {
        return new LinkClaims(impressionId, joinKey, time, advertiserId, clickId, target, newCampaignId);
    }
}
