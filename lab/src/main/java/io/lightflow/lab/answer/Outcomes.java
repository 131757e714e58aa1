package io.lightflow.lab.answer;

import io.lightflow.event.Beacon;
import io.lightflow.event.JoinedClick;
import io.lightflow.event.JoinedConversion;
import io.lightflow.event.JoinedImpression;
import io.lightflow.event.JoinedTag;
import io.lightflow.event.OrphanClick;
import io.lightflow.event.RejectedEvent;
import io.lightflow.event.WriterSchemas;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/** Formats the outcome of an event as a line: everything that must not depend on timing and order. */
final class Outcomes {
    private final OutputReader reader;

    Outcomes(WriterSchemas schemas) {
        this.reader = new OutputReader(schemas);
    }

    /** The outcome of an event; empty for beacons. */
    Optional<String> of(byte[] value) {
        SpecificRecord record = decode(value);
        if (record instanceof Beacon) {
            return Optional.empty();
        } else if (record instanceof JoinedImpression joined) {
            return Optional.of("impression " + joined.getImpression().getId());
        } else if (record instanceof JoinedTag joined) {
            return Optional.of("tag " + joined.getTag().getId());
        } else if (record instanceof JoinedClick joined) {
            return Optional.of("click " + joined.getClick().getId() + " on "
                    + joined.getImpression().getId());
        } else if (record instanceof OrphanClick orphan) {
            return Optional.of("orphan " + orphan.getClick().getId());
        } else if (record instanceof JoinedConversion joined) {
            return Optional.of(conversion(joined));
        } else if (record instanceof RejectedEvent rejected) {
            return Optional.of("rejected " + rejected.getReason());
        }
        throw new IllegalStateException("expected an output of a known kind, found " + record);
    }

    private static String conversion(JoinedConversion joined) {
        return "conversion " + joined.getConversion().getId() + " by " + joined.getAttribution() + " number "
                + joined.getClickNumber() + " click "
                + (joined.getClick() == null ? "none" : joined.getClick().getId()) + " impression "
                + (joined.getImpression() == null
                        ? "none"
                        : joined.getImpression().getId());
    }

    SpecificRecord decode(byte[] value) {
        return reader.read(value);
    }
}
