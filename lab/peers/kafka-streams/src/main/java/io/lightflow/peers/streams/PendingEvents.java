package io.lightflow.peers.streams;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The events of a task that wait: clicks for their impression, and conversions for the stream time. What most records
 * ask, whether anything waits for them, memory answers.
 *
 * <p>Keys in the store: {@code k}, impression id, 0, click id; or {@code v}, time in 8 bytes, conversion id.
 */
final class PendingEvents {
    private static final byte CLICK = 'k';
    private static final byte CONVERSION = 'v';
    private static final long NONE = Long.MAX_VALUE;

    private final KeyValueStore<Bytes, byte[]> store;
    private final Map<String, Integer> clicksByImpression = new HashMap<>();
    private long oldestConversionMs = NONE;

    PendingEvents(KeyValueStore<Bytes, byte[]> store) {
        this.store = store;
        try (KeyValueIterator<Bytes, byte[]> all = store.all()) {
            all.forEachRemaining(entry -> remember(entry.key.get()));
        }
    }

    private void remember(byte[] key) {
        if (key[0] == CLICK) {
            String ids = new String(key, 1, key.length - 1, StandardCharsets.UTF_8);
            clicksByImpression.merge(ids.substring(0, ids.indexOf('\0')), 1, Integer::sum);
        } else {
            oldestConversionMs = Math.min(oldestConversionMs, time(key));
        }
    }

    void addClick(String impressionId, String clickId, byte[] value) {
        store.put(clickKey(impressionId + '\0' + clickId), value);
        clicksByImpression.merge(impressionId, 1, Integer::sum);
    }

    List<byte[]> removeClicks(String impressionId) {
        if (clicksByImpression.isEmpty() || clicksByImpression.remove(impressionId) == null) {
            return List.of();
        }
        List<byte[]> values = new ArrayList<>();
        for (KeyValue<Bytes, byte[]> click :
                entries(clickKey(impressionId + '\0'), clickKey(impressionId + '\1'), NONE)) {
            store.delete(click.key);
            values.add(click.value);
        }
        return values;
    }

    void addConversion(long time, String id, byte[] joinKey, byte[] value) {
        byte[] idBytes = id.getBytes(StandardCharsets.UTF_8);
        ByteBuffer key = ByteBuffer.allocate(1 + Long.BYTES + idBytes.length)
                .put(CONVERSION)
                .putLong(time)
                .put(idBytes);
        ByteBuffer keyed = ByteBuffer.allocate(Short.BYTES + joinKey.length + value.length)
                .putShort((short) joinKey.length)
                .put(joinKey)
                .put(value);
        store.put(Bytes.wrap(key.array()), keyed.array());
        oldestConversionMs = Math.min(oldestConversionMs, time);
    }

    /** The conversions up to a time, with their join keys. */
    List<KeyValue<byte[], byte[]>> removeConversions(long until) {
        if (oldestConversionMs > until) {
            return List.of();
        }
        List<KeyValue<byte[], byte[]>> due = new ArrayList<>();
        oldestConversionMs = NONE;
        Bytes begin = Bytes.wrap(new byte[] {CONVERSION});
        Bytes end = Bytes.wrap(new byte[] {CONVERSION + 1});
        for (KeyValue<Bytes, byte[]> conversion : entries(begin, end, until)) {
            store.delete(conversion.key);
            ByteBuffer keyed = ByteBuffer.wrap(conversion.value);
            byte[] joinKey = new byte[keyed.getShort()];
            keyed.get(joinKey);
            byte[] value = new byte[keyed.remaining()];
            keyed.get(value);
            due.add(KeyValue.pair(joinKey, value));
        }
        return due;
    }

    /** The entries of a range; of conversions, those up to a time, and the next one is remembered. */
    private List<KeyValue<Bytes, byte[]>> entries(Bytes begin, Bytes end, long until) {
        List<KeyValue<Bytes, byte[]>> entries = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> range = store.range(begin, end)) {
            while (range.hasNext()) {
                KeyValue<Bytes, byte[]> entry = range.next();
                byte[] key = entry.key.get();
                if (key[0] == CONVERSION && time(key) > until) {
                    oldestConversionMs = time(key);
                    break;
                }
                entries.add(entry);
            }
        }
        return entries;
    }

    private static Bytes clickKey(String ids) {
        byte[] idBytes = ids.getBytes(StandardCharsets.UTF_8);
        return Bytes.wrap(
                ByteBuffer.allocate(1 + idBytes.length).put(CLICK).put(idBytes).array());
    }

    private static long time(byte[] conversionKey) {
        return ByteBuffer.wrap(conversionKey).getLong(1);
    }
}
