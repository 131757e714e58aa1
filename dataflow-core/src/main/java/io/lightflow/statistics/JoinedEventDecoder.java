package io.lightflow.statistics;

import io.lightflow.event.ArrayDecoder;
import io.lightflow.event.AttributionKind;
import io.lightflow.event.Beacon;
import io.lightflow.event.BeaconMark;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BodyReader;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.EventOrigin;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.event.JoinedClick;
import io.lightflow.event.JoinedConversion;
import io.lightflow.event.JoinedImpression;
import io.lightflow.event.ProjectingReader;
import io.lightflow.event.ProjectingReader.BooleanField;
import io.lightflow.event.ProjectingReader.LongField;
import io.lightflow.event.ProjectingReader.StringField;
import io.lightflow.event.StringDecoder;
import io.lightflow.event.WireFormat;
import io.lightflow.event.WriterSchemas;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

/**
 * Decodes records of the joined topics into their contributions to the statistics. Lightflow itself wrote those
 * records. So one that does not decode is damage, not bad input, and stops the shard. Not thread-safe.
 */
public final class JoinedEventDecoder {
    private static final String IMPRESSION = "impression.";
    private static final int DATA_CENTER = Dimension.DATA_CENTER.ordinal();
    private static final int CURRENCY = Dimension.CURRENCY.ordinal();

    private final WriterSchemas schemas;
    private final ImpressionReader impressions = new ImpressionReader();

    /** By the dimension's ordinal, the position of its field in {@link Impression}; -1 for the data center. */
    private final int[] impressionFields = Dimension.all().stream()
            .mapToInt(JoinedEventDecoder::impressionField)
            .toArray();

    private final Map<Long, BodyReader<SpecificRecord>> readers = new HashMap<>();
    private final Map<String, String> dataCenters = new HashMap<>();
    private final DimensionValues.Interner interner = new DimensionValues.Interner();
    /** The values of the present record, by the dimension's ordinal. */
    private final String[] values = new String[Dimension.all().size()];

    private final ArrayDecoder decoder = new ArrayDecoder();

    /** @throws IllegalArgumentException if a dimension names a field that the schemas lack */
    public JoinedEventDecoder(WriterSchemas schemas) {
        this.schemas = schemas;
    }

    private static int impressionField(Dimension dimension) {
        if (dimension == Dimension.DATA_CENTER) {
            return -1;
        }
        String path = dimension.field();
        Schema.Field field = path.startsWith(IMPRESSION)
                ? Impression.getClassSchema().getField(path.substring(IMPRESSION.length()))
                : null;
        if (field == null) {
            throw new IllegalArgumentException("the dimension " + dimension.column()
                    + " must come from a field of the impression, such as impression.country; found " + path);
        }
        return field.pos();
    }

    /**
     * @param type event type of the topic
     * @throws IllegalStateException if the record is damaged
     * @throws WriterSchemas.SchemasUnavailableException if the writer's schema is unavailable now
     */
    public BlockEntry decode(EventType type, String topic, long offset, byte[] value) {
        if (!WireFormat.hasHeader(value)) {
            throw damaged(topic, offset, "it has no header of 0x00 and a schema id", null);
        }
        BodyReader<SpecificRecord> reader = reader(type, topic, offset, WireFormat.schemaId(value));
        SpecificRecord record;
        try {
            decoder.over(value, WireFormat.HEADER_BYTES);
            if (reader.isLaidOutBy(JoinedImpression.getClassSchema())) {
                return impressions.read(decoder, offset);
            }
            record = reader.read(decoder);
        } catch (IOException | RuntimeException e) {
            throw damaged(topic, offset, "its body does not decode", e);
        }
        if (record instanceof JoinedImpression joined) {
            Impression impression = joined.getImpression();
            return new StatisticsFact(
                    offset,
                    type,
                    impression.getTime(),
                    row(impression.getTime(), impression, joined.getProvenance().getOrigin(), impression.getCurrency()),
                    joined.getProvenance().getInvalid(),
                    impression.getPriceMicros(),
                    0);
        } else if (record instanceof JoinedClick joined) {
            Click click = joined.getClick();
            return new StatisticsFact(
                    offset,
                    type,
                    click.getTime(),
                    row(
                            click.getTime(),
                            joined.getImpression(),
                            joined.getImpressionOrigin(),
                            currency(click.getCurrency(), joined.getImpression())),
                    joined.getProvenance().getInvalid(),
                    click.getPriceMicros(),
                    0);
        } else if (record instanceof JoinedConversion joined) {
            Conversion conversion = joined.getConversion();
            if (joined.getAttribution() == AttributionKind.NONE) {
                return new UncountedEvent(offset, type, conversion.getTime());
            }
            return new StatisticsFact(
                    offset,
                    type,
                    conversion.getTime(),
                    row(
                            conversion.getTime(),
                            joined.getImpression(),
                            joined.getImpressionOrigin(),
                            currency(conversion.getCurrency(), joined.getImpression())),
                    joined.getProvenance().getInvalid(),
                    0,
                    conversion.getRevenueMicros());
        }
        return new BeaconMark(offset, ((Beacon) record).getTime());
    }

    private static long minute(long time) {
        return Math.floorDiv(time, Statistics.MINUTE_MS) * Statistics.MINUTE_MS;
    }

    /** A click or a conversion without money belongs to the row of its impression. */
    private static String currency(String own, Impression impression) {
        return own.isEmpty() ? impression.getCurrency() : own;
    }

    private String dataCenter(String topic) {
        return dataCenters.computeIfAbsent(topic, EventType.IMPRESSION::dataCenter);
    }

    private StatisticsKey row(long time, Impression impression, EventOrigin origin, String currency) {
        for (int ordinal = 0; ordinal < values.length; ordinal++) {
            values[ordinal] = ordinal == DATA_CENTER
                    ? dataCenter(origin.getTopic())
                    : (String) impression.get(impressionFields[ordinal]);
        }
        values[CURRENCY] = currency;
        return new StatisticsKey(minute(time), interner.of(values));
    }

    private BodyReader<SpecificRecord> reader(EventType type, String topic, long offset, int schemaId) {
        long cacheKey = (long) type.ordinal() << 32 | schemaId & 0xffffffffL;
        BodyReader<SpecificRecord> known = readers.get(cacheKey);
        if (known != null) {
            return known;
        }
        Schema writer = schemas.byId(schemaId);
        if (writer == null) {
            throw damaged(topic, offset, "the registry does not know its schema " + schemaId, null);
        }
        Schema expected =
                switch (type) {
                    case IMPRESSION -> JoinedImpression.getClassSchema();
                    case CLICK -> JoinedClick.getClassSchema();
                    case CONVERSION -> JoinedConversion.getClassSchema();
                    case TAG -> throw new IllegalArgumentException("tags have no statistics; found topic " + topic);
                };
        Schema beacon = Beacon.getClassSchema();
        Schema reader = writer.getFullName().equals(beacon.getFullName()) ? beacon : expected;
        BodyReader<SpecificRecord> fresh = new BodyReader<>(writer, reader);
        readers.put(cacheKey, fresh);
        return fresh;
    }

    private static IllegalStateException damaged(String topic, long offset, String why, Exception cause) {
        return new IllegalStateException(
                "the joined record at offset " + offset + " of " + topic + " cannot be counted: " + why
                        + "; joined topics may be written by Lightflow only",
                cause);
    }

    /** Reads the contribution of a joined impression, and steps over the rest of the record. */
    private final class ImpressionReader {
        /** Dimensions have few values, which are held in memory and compared. */
        private final ProjectingReader.Builder fields =
                ProjectingReader.builder(JoinedImpression.getClassSchema(), StringDecoder.interning());

        private final LongField time = fields.integer("impression.time");
        /** By the dimension's ordinal. */
        private final StringField[] dimensions = Dimension.all().stream()
                .map(dimension -> fields.string(dimension.field()))
                .toArray(StringField[]::new);

        private final LongField priceMicros = fields.integer("impression.priceMicros");
        private final BooleanField invalid = fields.bool("provenance.invalid");
        private final ProjectingReader reader = fields.build();

        StatisticsFact read(ArrayDecoder body, long offset) throws IOException {
            reader.read(body);
            for (int ordinal = 0; ordinal < values.length; ordinal++) {
                values[ordinal] = dimensions[ordinal].get();
            }
            values[DATA_CENTER] = dataCenter(values[DATA_CENTER]);
            StatisticsKey row = new StatisticsKey(minute(time.get()), interner.of(values));
            return new StatisticsFact(
                    offset, EventType.IMPRESSION, time.get(), row, invalid.get(), priceMicros.get(), 0);
        }
    }
}
