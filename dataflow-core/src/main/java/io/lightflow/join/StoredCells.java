package io.lightflow.join;

import io.lightflow.attribution.ConversionFacts;
import io.lightflow.attribution.Windows;
import io.lightflow.event.EventType;
import io.lightflow.event.TrafficVerdict;
import io.lightflow.store.Cell;
import io.lightflow.store.EventCell;
import io.lightflow.traffic.TrafficDelays;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;

/**
 * Reads the events in cells of the join, without their bodies. Cells of the first format have no rules; today's apply
 * to them. Not thread-safe.
 */
final class StoredCells {
    private final JoinSettings settings;
    private final Map<EventType, GenericDatumReader<GenericRecord>> formerReaders = new EnumMap<>(EventType.class);
    private BinaryDecoder decoder;

    StoredCells(JoinSettings settings) {
        this.settings = settings;
    }

    StoredEvent impression(EventCell cell) {
        byte[] value = cell.value();
        boolean former = CellValue.isFormer(value);
        ByteBuffer at = former ? ByteBuffer.wrap(value) : CellValue.read(value);
        int schemaId = former ? FormerSchemas.idOf(EventType.IMPRESSION) : at.getInt();
        long producedMs = at.getLong();
        TrafficVerdict traffic = former ? TrafficVerdict.NONE : CellValue.readTraffic(at);
        ImpressionFacts facts = former ? null : CellValue.readImpressionFacts(at);
        return event(cell, producedMs, schemaId, facts, traffic, CellValue.readRest(at));
    }

    /** An impression or a tag without its value. */
    static StoredEvent withoutBody(EventCell cell) {
        return event(cell, 0, 0, null, TrafficVerdict.NONE, null);
    }

    private static StoredEvent event(
            EventCell cell, long producedMs, int schemaId, ImpressionFacts facts, TrafficVerdict traffic, byte[] body) {
        return new StoredEvent(
                Cells.string(cell.id()),
                cell.time(),
                cell.seenAt(),
                cell.takeover(),
                cell.origin(),
                producedMs,
                schemaId,
                body,
                facts,
                null,
                traffic,
                false);
    }

    StoredEvent click(Cell cell) {
        byte[] value = cell.value();
        if (CellValue.isFormer(value)) {
            GenericRecord click = former(EventType.CLICK, value);
            String advertiserId = string(click, "advertiserId");
            ClickFacts facts = new ClickFacts(advertiserId, string(click, "impressionId"));
            return former(EventType.CLICK, cell, facts, advertiserId);
        }
        ByteBuffer at = CellValue.read(value);
        int schemaId = at.getInt();
        long producedMs = at.getLong();
        TrafficVerdict traffic = CellValue.readTraffic(at);
        int rulesAt = at.position();
        CellValue.skipRules(at);
        ClickFacts facts = new ClickFacts(CellValue.readString(at), CellValue.readString(at));
        byte[] body = CellValue.readRest(at);
        ArrivalRules rules = rules(at.position(rulesAt), facts.advertiserId());
        return timed(cell, producedMs, schemaId, facts, rules, traffic, body);
    }

    StoredEvent conversion(Cell cell) {
        byte[] value = cell.value();
        String id = Cells.idOf(cell.key());
        long time = Cells.timeOf(cell.key());
        if (CellValue.isFormer(value)) {
            GenericRecord conversion = former(EventType.CONVERSION, value);
            String advertiserId = string(conversion, "advertiserId");
            ConversionFacts facts = new ConversionFacts(
                    id, time, advertiserId, string(conversion, "impressionId"), string(conversion, "clickId"));
            return former(EventType.CONVERSION, cell, facts, advertiserId);
        }
        ByteBuffer at = CellValue.read(value);
        int schemaId = at.getInt();
        long producedMs = at.getLong();
        TrafficVerdict traffic = CellValue.readTraffic(at);
        int rulesAt = at.position();
        CellValue.skipRules(at);
        ConversionFacts facts = new ConversionFacts(
                id, time, CellValue.readString(at), CellValue.readString(at), CellValue.readString(at));
        byte[] body = CellValue.readRest(at);
        ArrivalRules rules = rules(at.position(rulesAt), facts.advertiserId());
        return timed(cell, producedMs, schemaId, facts, rules, traffic, body);
    }

    /** An event of the first format, which holds its record's timestamp and its body. */
    private StoredEvent former(EventType type, Cell cell, Object facts, String advertiserId) {
        byte[] value = cell.value();
        return timed(
                cell,
                ByteBuffer.wrap(value).getLong(),
                FormerSchemas.idOf(type),
                facts,
                settings.rulesOf(advertiserId),
                TrafficVerdict.NONE,
                Arrays.copyOfRange(value, Long.BYTES, value.length));
    }

    private static StoredEvent timed(
            Cell cell,
            long producedMs,
            int schemaId,
            Object facts,
            ArrivalRules rules,
            TrafficVerdict traffic,
            byte[] body) {
        byte[] key = cell.key();
        return new StoredEvent(
                Cells.idOf(key),
                Cells.timeOf(key),
                Cells.seenAt(key),
                Cells.takeoverOf(key),
                Cells.origin(key),
                producedMs,
                schemaId,
                body,
                facts,
                rules,
                traffic,
                false);
    }

    /** Most stored rules are today's, which exist already. */
    private ArrivalRules rules(ByteBuffer at, String advertiserId) {
        long impressionLookBack = CellValue.readVarint(at);
        long orphanAfter = CellValue.readVarint(at);
        long clickLookBack = CellValue.readVarint(at);
        long viewThrough = CellValue.readVarint(at);
        long allowedDisorder = CellValue.readVarint(at);
        TrafficDelays delays = CellValue.readDelays(at);
        ArrivalRules today = settings.rulesOf(advertiserId);
        return isToday(today, impressionLookBack, orphanAfter, clickLookBack, viewThrough, allowedDisorder)
                        && today.delays().equals(delays)
                ? today
                : new ArrivalRules(
                        new Windows(
                                Duration.ofMillis(impressionLookBack),
                                Duration.ofMillis(orphanAfter),
                                Duration.ofMillis(clickLookBack),
                                Duration.ofMillis(viewThrough)),
                        allowedDisorder,
                        delays);
    }

    private static boolean isToday(
            ArrivalRules today,
            long impressionLookBack,
            long orphanAfter,
            long clickLookBack,
            long viewThrough,
            long allowedDisorder) {
        Windows windows = today.windows();
        return windows.impressionLookBack().toMillis() == impressionLookBack
                && windows.orphanAfter().toMillis() == orphanAfter
                && windows.clickLookBack().toMillis() == clickLookBack
                && windows.viewThrough().toMillis() == viewThrough
                && today.allowedDisorderMs() == allowedDisorder;
    }

    private GenericRecord former(EventType type, byte[] value) {
        try {
            decoder = DecoderFactory.get().binaryDecoder(value, Long.BYTES, value.length - Long.BYTES, decoder);
            return formerReaders
                    .computeIfAbsent(type, absent -> new GenericDatumReader<>(FormerSchemas.of(type)))
                    .read(null, decoder);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "expected a cell of the join store to contain its event, found bytes that do not decode", e);
        }
    }

    private static String string(GenericRecord record, String field) {
        Object value = record.get(field);
        return value == null ? null : value.toString();
    }
}
