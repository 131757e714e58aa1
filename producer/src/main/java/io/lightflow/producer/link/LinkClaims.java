package io.lightflow.producer.link;

import java.time.Instant;
import java.util.Objects;

/**
 * What a link vouches for. Anybody who sees the link can read it; nobody without the key can change it.
 *
 * @param impressionId of the impression that was or may be clicked; not empty
 * @param joinKey of that impression; not empty
 * @param time when the link was made, in ms; it expires from then on
 * @param advertiserId may be empty
 * @param clickId of a postback link, the click that it is about; may be empty
 * @param target of a click link, the landing page, so that nobody can send browsers elsewhere with it; may be empty
 */
public record LinkClaims(
        String impressionId, String joinKey, Instant time, String advertiserId, String clickId, String target) {
    public LinkClaims {
        Objects.requireNonNull(time, "time");
        Objects.requireNonNull(advertiserId, "advertiserId");
        Objects.requireNonNull(clickId, "clickId");
        Objects.requireNonNull(target, "target");
        if (impressionId.isEmpty() || joinKey.isEmpty()) {
            throw new IllegalArgumentException("claims of a link: expected an impressionId and a joinKey, found \""
                    + impressionId + "\" and \"" + joinKey + "\"");
        }
        time = Instant.ofEpochMilli(time.toEpochMilli());
    }

    /** Without advertiser, click and target. */
    public static LinkClaims of(String impressionId, String joinKey, Instant time) {
        return new LinkClaims(impressionId, joinKey, time, "", "", "");
    }

    public LinkClaims withAdvertiser(String newAdvertiserId) {
        return new LinkClaims(impressionId, joinKey, time, newAdvertiserId, clickId, target);
    }

    public LinkClaims withClick(String newClickId) {
        return new LinkClaims(impressionId, joinKey, time, advertiserId, newClickId, target);
    }

    public LinkClaims withTarget(String newTarget) {
        return new LinkClaims(impressionId, joinKey, time, advertiserId, clickId, newTarget);
    }
}
