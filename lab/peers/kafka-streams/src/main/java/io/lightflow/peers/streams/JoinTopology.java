package io.lightflow.peers.streams;

import io.lightflow.peers.PeerOutput;
import io.lightflow.peers.PeerSettings;
import java.time.Duration;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowStore;

/** Connects the inputs, the join with its stores, and the outputs. */
final class JoinTopology {
    /** Impressions by id. */
    static final String IMPRESSIONS = "impressions";
    /** Ids of clicks and conversions. */
    static final String SEEN = "seen";
    /** Joined clicks by join key. */
    static final String CLICKS = "clicks";
    /** Clicks that wait for their impression, and conversions that wait for earlier clicks. */
    static final String PENDING = "pending";

    private static final String JOIN = "join";
    private static final Duration WINDOW = Duration.ofMillis(PeerSettings.WINDOW_MS);

    private enum Duplicates {
        REPLACED,
        RETAINED
    }

    private JoinTopology() {}

    static Topology build(PeerSettings settings) {
        Topology topology = new Topology();
        String[] inputs = settings.inputs().keySet().toArray(new String[0]);
        for (String input : inputs) {
            topology.addSource(input, new ByteArrayDeserializer(), new ByteArrayDeserializer(), input);
        }
        topology.addProcessor(JOIN, () -> new JoinProcessor(settings), inputs);
        topology.addStateStore(window(IMPRESSIONS, Duplicates.REPLACED), JOIN);
        topology.addStateStore(window(SEEN, Duplicates.REPLACED), JOIN);
        // A join key may have two clicks of the same millisecond.
        topology.addStateStore(window(CLICKS, Duplicates.RETAINED), JOIN);
        topology.addStateStore(pending(), JOIN);
        for (PeerOutput output : PeerOutput.values()) {
            topology.addSink(output.name(), output.topic(), new ByteArraySerializer(), new ByteArraySerializer(), JOIN);
        }
        return topology;
    }

    private static StoreBuilder<WindowStore<Bytes, byte[]>> window(String name, Duplicates duplicates) {
        return Stores.windowStoreBuilder(
                        Stores.persistentWindowStore(
                                name, WINDOW, Duration.ofMinutes(1), duplicates == Duplicates.RETAINED),
                        Serdes.Bytes(),
                        Serdes.ByteArray())
                .withCachingDisabled();
    }

    private static StoreBuilder<KeyValueStore<Bytes, byte[]>> pending() {
        return Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(PENDING), Serdes.Bytes(), Serdes.ByteArray())
                .withCachingDisabled();
    }
}
