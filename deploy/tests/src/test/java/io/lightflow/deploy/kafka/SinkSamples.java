package io.lightflow.deploy.kafka;

import io.lightflow.event.OutputEvent;
import io.lightflow.event.OutputTopic;
import io.lightflow.position.Books;
import io.lightflow.position.Position;
import io.lightflow.position.TopicPosition;
import io.lightflow.position.TopicPosition.Incarnation;
import io.lightflow.sink.Commit;
import io.lightflow.sink.ShardMove;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeMap;

/** Positions and outputs for tests of the Kafka sink. */
final class SinkSamples {
    static final String INPUT = "one.clicks";

    private SinkSamples() {}

    static List<OutputEvent> output(long amount) {
        return List.of(new OutputEvent(
                OutputTopic.CLICKS,
                "key".getBytes(StandardCharsets.US_ASCII),
                ByteBuffer.allocate(8).putLong(amount).array()));
    }

    static Position at(long offset) {
        TreeMap<String, TopicPosition> topics = new TreeMap<>();
        topics.put(INPUT, new TopicPosition(List.of(new Incarnation(0x1a2b3c4d, offset)), 1_370_448_000_000L));
        return offset == 0
                ? Position.START
                : new Position(topics, 1_370_447_995_000L + offset, offset / 10, Books.EMPTY);
    }

    static long offset(Position position) {
        return position.nextOffset(INPUT, 0x1a2b3c4d);
    }

    /** Moves the shard, and puts out a number: how far it is moved. */
    static List<Commit<List<OutputEvent>>> commit(int shard, Position from, Position to) {
        return List.of(new Commit<>(List.of(new ShardMove(shard, from, to)), output(offset(to) - offset(from))));
    }
}
