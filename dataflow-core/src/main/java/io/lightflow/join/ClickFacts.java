package io.lightflow.join;

/**
 * The facts of a click that the join needs beside its id and time. They are stored beside the body, so that a decision
 * never depends on whether a build can read the body.
 *
 * @param advertiserId its advertiser
 * @param impressionId the impression it names
 */
record ClickFacts(String advertiserId, String impressionId) {}
