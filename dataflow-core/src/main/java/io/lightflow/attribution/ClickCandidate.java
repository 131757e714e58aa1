package io.lightflow.attribution;

/**
 * A click that a conversion may be attributed to.
 *
 * @param id the click's id
 * @param time its event time, ms since the Unix epoch
 * @param advertiserId its advertiser
 * @param impressionId the impression it names
 * @param status what has become of it
 */
public record ClickCandidate(String id, long time, String advertiserId, String impressionId, Status status) {

    /** What has become of a click. */
    public enum Status {
        /** Its impression has come. */
        JOINED,
        /** Its impression has not come yet and still may. */
        WAITING,
        /** Its impression did not come in time. */
        ORPHANED
    }
}
