package io.lightflow.attribution;

/**
 * The facts of a conversion that attribution may use. The join store keeps them beside the body, so that a decision
 * never depends on whether a build can read the body.
 *
 * @param id the conversion's id
 * @param time its event time, ms since the Unix epoch
 * @param advertiserId its advertiser
 * @param impressionId the impression it names; null for none
 * @param clickId the click it names; null for none
 */
public record ConversionFacts(String id, long time, String advertiserId, String impressionId, String clickId) {}
