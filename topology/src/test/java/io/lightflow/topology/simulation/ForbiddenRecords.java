package io.lightflow.topology.simulation;

import io.lightflow.event.Beacon;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BodyEncoder;
import io.lightflow.event.EventRules;
import io.lightflow.event.EventType;
import io.lightflow.event.LightEventDecoder;
import io.lightflow.event.Rejection;
import io.lightflow.event.WireFormat;
import io.lightflow.invariant.SampleEvent;
import io.lightflow.invariant.Stream;
import io.lightflow.invariant.TestSchemas;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import org.apache.avro.specific.SpecificRecord;

/**
 * Records that break one bound each, in the place of the garbage in the streams. The production decoder reads them. The
 * brute-force answer does not see them, and expects that all are rejected.
 */
final class ForbiddenRecords {
    private static final Duration FAR_FUTURE = Duration.ofHours(1);
    private static final String JOIN_KEY = "forbidden";
    private static final String ADVERTISER = "advertiser-0";

    private enum Bound {
        AMOUNT,
        STRING,
        ID,
        RECORD_TIME,
        READER_TIME,
        BEACON_TIME
    }

    private final TestSchemas schemas;
    private final Random random;
    private final LightEventDecoder decoder;
    /** Of a reader for whom every event is in the future. */
    private final LightEventDecoder early;

    private ForbiddenRecords(TestSchemas schemas, long seed) {
        this.schemas = schemas;
        this.random = new Random(seed ^ 0xf0b1d);
        this.decoder = decoder(Instant.ofEpochMilli(Long.MAX_VALUE / 2));
        this.early = decoder(Instant.EPOCH);
    }

    private LightEventDecoder decoder(Instant now) {
        return new LightEventDecoder(
                schemas, FAR_FUTURE, FAR_FUTURE, EventRules.MAX_AMOUNT_MICROS, InstantSource.fixed(now));
    }

    /** The streams with these records. */
    static List<Stream> in(List<Stream> streams, TestSchemas schemas, long seed) {
        ForbiddenRecords records = new ForbiddenRecords(schemas, seed);
        return streams.stream()
                .map(stream -> HostileStreams.changed(
                        stream, log -> HostileStreams.copy(log, entry -> records.inPlaceOf(entry, log.type()))))
                .toList();
    }

    private BlockEntry inPlaceOf(BlockEntry entry, EventType type) {
        if (!(entry instanceof Rejection garbage)) {
            return entry;
        }
        String id = "forbidden-" + garbage.offset();
        long time = garbage.producedMs();
        long future = time + FAR_FUTURE.toMillis() + 1;
        return switch (Bound.values()[random.nextInt(Bound.values().length)]) {
            case AMOUNT -> decode(decoder, garbage, type, expensive(event(type, id, time, ADVERTISER)), time);
            case STRING -> {
                String advertiser = "a".repeat(EventRules.MAX_STRING_BYTES + 1);
                yield decode(decoder, garbage, type, event(type, id, time, advertiser), time);
            }
            case ID -> {
                String longId = "i".repeat(EventRules.MAX_ID_LENGTH + 1);
                yield decode(decoder, garbage, type, event(type, longId, time, ADVERTISER), time);
            }
            case RECORD_TIME -> decode(decoder, garbage, type, event(type, id, future, ADVERTISER), time);
            case READER_TIME -> decode(early, garbage, type, event(type, id, future, ADVERTISER), future);
            case BEACON_TIME -> decode(decoder, garbage, type, new Beacon(future, "us-east", ""), time);
        };
    }

    private BlockEntry decode(
            LightEventDecoder by, Rejection garbage, EventType type, SpecificRecord record, long recordMs) {
        byte[] value = WireFormat.value(schemas.id(record.getSchema()), new BodyEncoder().encode(record));
        return by.decode(type, JOIN_KEY.getBytes(StandardCharsets.UTF_8), value, 1, garbage.offset(), recordMs);
    }

    private static SpecificRecord event(EventType type, String id, long time, String advertiserId) {
        return switch (type) {
            case IMPRESSION ->
                SampleEvent.impression(JOIN_KEY, id, time, advertiserId).record();
            case CLICK ->
                SampleEvent.click(JOIN_KEY, id, time, advertiserId, "1").record();
            case CONVERSION ->
                SampleEvent.conversion(JOIN_KEY, id, time, advertiserId, null, null)
                        .record();
            case TAG -> SampleEvent.tag(JOIN_KEY, id, time, advertiserId).record();
        };
    }

    /** Tags have no amount; theirs are without an id. */
    private static SpecificRecord expensive(SpecificRecord event) {
        String amount =
                switch (event.getSchema().getName()) {
                    case "Conversion" -> "revenueMicros";
                    case "Tag" -> null;
                    default -> "priceMicros";
                };
        if (amount == null) {
            event.put(event.getSchema().getField("id").pos(), "");
        } else {
            event.put(event.getSchema().getField(amount).pos(), EventRules.MAX_AMOUNT_MICROS + 1);
        }
        return event;
    }
}
