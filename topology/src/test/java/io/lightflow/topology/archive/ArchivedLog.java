package io.lightflow.topology.archive;

import io.lightflow.archive.table.ArchiveRecord;
import io.lightflow.event.Block;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BlockPart;
import io.lightflow.event.EventType;
import io.lightflow.position.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Topics that are recreated now and then. Some offsets hold no record. */
final class ArchivedLog {
    static final int SHARDS = 2;

    private static final byte[] KEY = {'k'};

    private final Map<String, Integer> incarnations = new TreeMap<>(Map.of("dc1.impressions", 1, "dc2.impressions", 2));
    /** By topic-partition of the present incarnation, the offsets that hold a record. */
    private final Map<String, List<Boolean>> records = new TreeMap<>();
    /** Of topics that were recreated. */
    private final Map<String, List<Boolean>> gone = new TreeMap<>();

    private int lastIncarnation = 2;

    Iterable<String> topics() {
        return incarnations.keySet();
    }

    int incarnation(String topic) {
        return incarnations.get(topic);
    }

    private String name(String topic, int incarnation, int shard) {
        return topic + "/" + incarnation + "/" + shard;
    }

    long end(String topic, int shard) {
        return present(topic, shard).size();
    }

    private List<Boolean> present(String topic, int shard) {
        return records.computeIfAbsent(name(topic, incarnation(topic), shard), absent -> new ArrayList<>());
    }

    void append(Random random) {
        for (String topic : topics()) {
            List<Boolean> partition = present(topic, random.nextInt(SHARDS));
            for (int i = random.nextInt(6); i > 0; i--) {
                partition.add(random.nextInt(5) > 0);
            }
        }
    }

    void recreate(Random random) {
        List<String> names = new ArrayList<>(incarnations.keySet());
        String topic = names.get(random.nextInt(names.size()));
        for (int shard = 0; shard < SHARDS; shard++) {
            gone.put(name(topic, incarnation(topic), shard), present(topic, shard));
            records.remove(name(topic, incarnation(topic), shard));
        }
        incarnations.put(topic, ++lastIncarnation);
    }

    /** Names of the records of a topic-partition below an offset. */
    List<String> below(String topic, int incarnation, int shard, long offset) {
        String name = name(topic, incarnation, shard);
        List<Boolean> partition = records.containsKey(name) ? records.get(name) : gone.getOrDefault(name, List.of());
        List<String> found = new ArrayList<>();
        for (int i = 0; i < offset; i++) {
            if (partition.get(i)) {
                found.add(name + "/" + i);
            }
        }
        return found;
    }

    /** Polls a block of random length from a position. */
    Block poll(int shard, Position from, Random random) {
        List<BlockPart> parts = new ArrayList<>();
        for (String topic : topics()) {
            int incarnation = incarnation(topic);
            long begin = from.nextOffset(topic, incarnation);
            long end = begin + random.nextInt((int) (end(topic, shard) - begin) + 1);
            List<BlockEntry> entries = new ArrayList<>();
            for (long offset = begin; offset < end; offset++) {
                if (present(topic, shard).get((int) offset)) {
                    entries.add(new ArchiveRecord(offset, offset, KEY, KEY, null));
                }
            }
            parts.add(new BlockPart(topic, EventType.IMPRESSION, incarnation, begin, end, false, entries));
        }
        return new Block(shard, parts, 0);
    }
}
