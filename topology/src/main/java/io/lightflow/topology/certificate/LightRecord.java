package io.lightflow.topology.certificate;

import io.lightflow.event.EventType;

/**
 * The part of a light topic's record that a certificate needs.
 *
 * @param kind whether it is an event
 * @param type type of event that its topic holds
 * @param fingerprint of an event's type, join key and id; of the whole record if it is no event
 * @param time event time, ms since the Unix epoch; the record's timestamp if it has none that can be believed
 * @param claim what a click or a conversion needs to be joined; null for others
 */
record LightRecord(Kind kind, EventType type, EventFingerprint fingerprint, long time, Claim claim) {
    enum Kind {
        EVENT,
        BEACON,
        /** Must be rejected. */
        UNREADABLE
    }

    /**
     * The requirements of a click or a conversion.
     *
     * @param joinKey fingerprint of its join key
     * @param impression fingerprint of the impression that it names; null if it names none
     * @param click fingerprint of the click that it names; null if it names none
     */
    record Claim(String advertiserId, EventFingerprint joinKey, EventFingerprint impression, EventFingerprint click) {

        /** Whether a click could be the one that a conversion with this claim is attributed to. */
        boolean mayBeWonBy(LightRecord candidate) {
            if (!joinKey.equals(candidate.claim().joinKey())) {
                return false;
            }
            if (click != null) {
                return click.equals(candidate.fingerprint());
            }
            return impression != null
                    ? impression.equals(candidate.claim().impression())
                    : advertiserId.equals(candidate.claim().advertiserId());
        }
    }
}
