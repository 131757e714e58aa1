package io.lightflow.attribution;

/**
 * A click that a conversion may be attributed to.
 *
 * @param id the click's id
 * @param time its event time, ms since the Unix epoch
 * @param advertiserId its advertiser
 * @param impressionId the impression it names
 * @param status whether it has been joined
 */
public record ClickCandidate(String id, long time, String advertiserId, String impressionId, Status status) {

    /** Whether a click has been joined. */
    public enum Status {
        /** Its impression has arrived. */
        JOINED,
        /** Its impression has not arrived yet and still may. */
        WAITING,
        /** Its impression did not arrive in time. */
        ORPHANED
    }
}
