package io.lightflow.topology.simulation;

import io.lightflow.event.BlockEntry;
import io.lightflow.event.BlockPart;
import io.lightflow.event.EventType;
import io.lightflow.event.OutputEvent;
import io.lightflow.event.OutputTopic;
import io.lightflow.event.WriterSchemas;
import io.lightflow.sink.Commit;
import io.lightflow.sink.FencedException;
import io.lightflow.statistics.JoinedEventDecoder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The joined topics: transactional, with read-committed readers. Open transactions, aborted transactions and
 * transaction markers occupy offsets. Readers stop at the first record of an open transaction.
 */
final class JoinedLog implements Outputs<List<OutputEvent>>, Source {
    private static final Map<OutputTopic, EventType> COUNTED = new EnumMap<>(Map.of(
            OutputTopic.IMPRESSIONS, EventType.IMPRESSION,
            OutputTopic.CLICKS, EventType.CLICK,
            OutputTopic.CONVERSIONS, EventType.CONVERSION));

    private enum State {
        OPEN,
        COMMITTED,
        ABORTED
    }

    private record Entry(OutputEvent output, Sending sending) {}

    /** One partition of one topic. */
    private static final class Partition {
        final NavigableMap<Long, Entry> entries = new TreeMap<>();
        long end;

        void add(OutputEvent output, Sending sending) {
            entries.put(end++, new Entry(output, sending));
        }

        long lastStable() {
            for (Map.Entry<Long, Entry> entry : entries.entrySet()) {
                if (entry.getValue().sending().state == State.OPEN) {
                    return entry.getKey();
                }
            }
            return end;
        }
    }

    private record Place(OutputTopic topic, int shard) {}

    /** A transaction of one shard. */
    private final class Sending implements Transaction {
        private final int shard;
        private final List<OutputEvent> outputs;
        private final Set<Partition> touched = new HashSet<>();
        private int sent;
        private State state = State.OPEN;

        Sending(int shard, List<OutputEvent> outputs) {
            this.shard = shard;
            this.outputs = outputs;
        }

        @Override
        public void send(int parts) {
            for (int i = 0; i < parts && sent < outputs.size(); i++) {
                if (isAborted()) {
                    throw new FencedException("shard " + shard + " was taken over amid a transaction");
                }
                OutputEvent output = outputs.get(sent++);
                Partition partition = partition(output.topic(), shard);
                partition.add(output, this);
                touched.add(partition);
            }
        }

        @Override
        public int size() {
            return outputs.size();
        }

        @Override
        public boolean isAborted() {
            return state == State.ABORTED;
        }

        @Override
        public void commit() {
            end(State.COMMITTED);
            visible += outputs.size();
        }

        void end(State how) {
            state = how;
            touched.forEach(partition -> partition.end++);
        }
    }

    private final String group;
    private final Map<Place, Partition> partitions = new HashMap<>();
    private final Map<Integer, List<Sending>> open = new HashMap<>();
    private final SortedMap<String, EventType> topics = new TreeMap<>();
    private final Map<String, OutputTopic> byName = new HashMap<>();
    private final JoinedEventDecoder decoder;
    private long visible;

    JoinedLog(String group, WriterSchemas schemas) {
        this.group = group;
        decoder = new JoinedEventDecoder(schemas);
        COUNTED.forEach((topic, type) -> {
            topics.put(topic.of(group), type);
            byName.put(topic.of(group), topic);
        });
    }

    private Partition partition(OutputTopic topic, int shard) {
        return partitions.computeIfAbsent(new Place(topic, shard), absent -> new Partition());
    }

    @Override
    public Transaction begin(Commit<List<OutputEvent>> commit) {
        int shard = commit.moves().get(0).shard();
        Sending sending = new Sending(shard, commit.output());
        open.computeIfAbsent(shard, absent -> new ArrayList<>()).add(sending);
        return sending;
    }

    @Override
    public void takeOver(int shard) {
        for (Sending sending : open.getOrDefault(shard, List.of())) {
            if (sending.state == State.OPEN) {
                sending.end(State.ABORTED);
            }
        }
        open.remove(shard);
    }

    /** Number of records visible to readers once no transaction is open. */
    long visible() {
        return visible;
    }

    /** The records of a shard that readers can see, in all topics, including those that are not counted. */
    List<OutputEvent> committed(int shard) {
        List<OutputEvent> outputs = new ArrayList<>();
        for (OutputTopic topic : OutputTopic.values()) {
            Collection<Entry> entries = partition(topic, shard).entries.values();
            entries.stream()
                    .filter(entry -> entry.sending().state == State.COMMITTED)
                    .forEach(entry -> outputs.add(entry.output()));
        }
        return outputs;
    }

    /** The records that readers can see in a range of a counted topic. */
    List<OutputEvent> committed(String topic, int shard, long from, long to) {
        return partition(byName.get(topic), shard).entries.subMap(from, to).values().stream()
                .filter(entry -> entry.sending().state == State.COMMITTED)
                .map(Entry::output)
                .toList();
    }

    @Override
    public SortedMap<String, EventType> topics() {
        return topics;
    }

    @Override
    public Map<String, Integer> incarnations() {
        Map<String, Integer> incarnations = new TreeMap<>();
        byName.forEach((name, topic) -> incarnations.put(name, -1 - topic.ordinal()));
        return incarnations;
    }

    @Override
    public BlockPart read(String topic, int shard, long from, long most) {
        Partition partition = partition(byName.get(topic), shard);
        EventType type = topics.get(topic);
        long to = Math.max(from, Math.min(from + most, end(topic, shard)));
        List<BlockEntry> entries = new ArrayList<>();
        partition.entries.subMap(from, to).forEach((offset, entry) -> {
            if (entry.sending().state == State.COMMITTED) {
                entries.add(decoder.decode(type, topic, offset, entry.output().value()));
            }
        });
        return new BlockPart(topic, type, incarnations().get(topic), from, to, false, entries);
    }

    @Override
    public long end(String topic, int shard) {
        return partition(byName.get(topic), shard).lastStable();
    }
}
