package io.lightflow.lab.contest;

import io.lightflow.event.BodyEncoder;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.Impression;
import org.apache.avro.specific.SpecificRecord;

/** Fingerprints joined events by join key and content: every field of every event in them. Not thread-safe. */
final class OutcomeFingerprints {
    private static final byte[] NONE = new byte[0];

    private final BodyEncoder encoder = new BodyEncoder();

    OutcomeFingerprints() {}

    long impression(byte[] joinKey, Impression impression) {
        return of(joinKey, impression);
    }

    long click(byte[] joinKey, Click click, Impression impression) {
        return of(joinKey, click, impression);
    }

    /** @param click null, as the impression, if the conversion is unattributed */
    long conversion(byte[] joinKey, Conversion conversion, Click click, Impression impression) {
        return of(joinKey, conversion, click, impression);
    }

    private long of(byte[] joinKey, SpecificRecord... events) {
        Fingerprint fingerprint = new Fingerprint().add(joinKey);
        for (SpecificRecord event : events) {
            fingerprint.add(event == null ? NONE : encoder.encode(event));
        }
        return fingerprint.value();
    }
}
