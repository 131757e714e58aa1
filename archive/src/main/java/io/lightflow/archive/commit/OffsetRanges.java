package io.lightflow.archive.commit;

import io.lightflow.position.TopicPosition;
import io.lightflow.position.TopicPosition.Incarnation;
import io.lightflow.sink.ShardMove;
import java.util.List;
import java.util.Map;

/** The ranges of offsets that a snapshot adds, as JSON in its summary. */
final class OffsetRanges {
    /** An array of objects with {@code topic}, {@code incarnation}, {@code partition}, {@code from} and {@code to}. */
    static final String PROPERTY = "lightflow.ranges";

    private OffsetRanges() {}

    static String of(List<ShardMove> moves) {
        StringBuilder json = new StringBuilder("[");
        for (ShardMove move : moves) {
            for (Map.Entry<String, TopicPosition> topic : move.next().topics().entrySet()) {
                for (Incarnation to : topic.getValue().incarnations()) {
                    long from = move.expected().nextOffset(topic.getKey(), to.id());
                    if (to.nextOffset() > from) {
                        json.append(json.length() == 1 ? "" : ",")
                                .append("{\"topic\":\"")
                                .append(topic.getKey())
                                .append("\",\"incarnation\":")
                                .append(to.id())
                                .append(",\"partition\":")
                                .append(move.shard())
                                .append(",\"from\":")
                                .append(from)
                                .append(",\"to\":")
                                .append(to.nextOffset())
                                .append('}');
                    }
                }
            }
        }
        return json.append(']').toString();
    }
}
