package io.lightflow.lab.contest;

import io.lightflow.lab.contest.OutputDigest.Kind;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Decodes the output records of a contestant. */
interface OutputDecoder {
    /** The contestant does not record when it read an event. */
    long UNKNOWN = Long.MAX_VALUE;

    /**
     * A joined event.
     *
     * @param id of the impression, click or conversion
     * @param fingerprint from {@link OutcomeFingerprints}
     * @param readMs when it was read, in ms since the Unix epoch, or {@link #UNKNOWN}
     */
    record JoinedEvent(Kind kind, String id, long fingerprint, long readMs) {}

    /** @return empty for a beacon */
    Optional<JoinedEvent> decode(ConsumerRecord<byte[], byte[]> output);
}
