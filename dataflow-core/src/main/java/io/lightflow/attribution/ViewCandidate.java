package io.lightflow.attribution;

/**
 * An impression that a conversion may be attributed to.
 *
 * @param id the impression's id
 * @param time its event time, ms since the Unix epoch
 * @param advertiserId its advertiser
 */
public record ViewCandidate(String id, long time, String advertiserId) {}
