package io.lightflow.topology.simulation.mutant;

import io.lightflow.position.Position;
import io.lightflow.position.TopicPosition;
import java.util.Map;
import java.util.TreeMap;
import net.bytebuddy.asm.Advice;

/** Advice: the position is encoded without the clocks of the producers. */
final class WithoutClocks {
    private WithoutClocks() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.Argument(value = 0, readOnly = false) Position position) {
        TreeMap<String, TopicPosition> topics = new TreeMap<>();
        for (Map.Entry<String, TopicPosition> topic : position.topics().entrySet()) {
            topics.put(
                    topic.getKey(),
                    new TopicPosition(
                            topic.getValue().incarnations(), topic.getValue().maxTime()));
        }
        position = position.withTopics(topics);
    }
}
