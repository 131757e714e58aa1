package io.lightflow.copy;

import io.lightflow.event.ArrayDecoder;
import io.lightflow.event.OutputEvent;
import io.lightflow.event.OutputTopic;
import io.lightflow.event.WireFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;

/**
 * Decides to which further topics an output is copied. The decision follows from the output and the rules alone, so a
 * replay comes to the same. Beacons are copied to every topic of a rule for their topic: they tell the readers how far
 * the copies are. Not thread-safe.
 */
public final class CopySelector {
    private static final double HASHES = 1L << 32;

    private final Map<OutputTopic, List<CopyRule>> rules = new EnumMap<>(OutputTopic.class);
    private final Map<OutputTopic, GenericDatumReader<GenericRecord>> readers = new EnumMap<>(OutputTopic.class);
    private final ArrayDecoder decoder = new ArrayDecoder();

    public CopySelector(List<CopyRule> all) {
        for (OutputTopic topic : OutputTopic.values()) {
            List<CopyRule> own =
                    all.stream().filter(rule -> rule.from() == topic).toList();
            if (!own.isEmpty()) {
                rules.put(topic, own);
                readers.put(topic, new GenericDatumReader<>(CopyRule.schema(topic)));
            }
        }
    }

    /** The topics that the output is copied to, each once. */
    public Collection<String> topicsFor(OutputEvent output) {
        List<CopyRule> own = rules.get(output.topic());
        if (own == null) {
            return List.of();
        }
        boolean isBeacon = output.key() == null && output.topic() != OutputTopic.REJECTED;
        GenericRecord event = null;
        Set<String> topics = new LinkedHashSet<>();
        for (CopyRule rule : own) {
            if (isBeacon) {
                topics.add(rule.topic());
            } else if (isSampled(rule.sample(), output.key())) {
                if (event == null && rule.readsFields()) {
                    event = decode(output);
                }
                if (matches(rule, event)) {
                    topics.add(rule.topic());
                }
            }
        }
        return topics;
    }

    private static boolean isSampled(double sample, byte[] joinKey) {
        if (sample == 1) {
            return true;
        }
        CRC32C hash = new CRC32C();
        if (joinKey != null) {
            hash.update(joinKey);
        }
        return hash.getValue() < sample * HASHES;
    }

    private GenericRecord decode(OutputEvent output) {
        try {
            return readers.get(output.topic()).read(null, decoder.over(output.value(), WireFormat.HEADER_BYTES));
        } catch (IOException e) {
            throw new UncheckedIOException("an output that was encoded does not decode", e);
        }
    }

    private static boolean matches(CopyRule rule, GenericRecord event) {
        return rule.where().entrySet().stream().allMatch(each -> has(event, each.getKey(), each.getValue()))
                && rule.unless().entrySet().stream().noneMatch(each -> has(event, each.getKey(), each.getValue()));
    }

    /** Whether a field has one of the values; a field of a missing record has none. */
    private static boolean has(GenericRecord event, String path, Set<String> values) {
        Object at = event;
        for (String name : path.split("\\.")) {
            if (at == null) {
                return false;
            }
            at = ((GenericRecord) at).get(name);
        }
        return at != null && values.contains(at.toString());
    }
}
