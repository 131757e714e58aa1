package io.lightflow.invariant;

import io.lightflow.event.Block;
import io.lightflow.event.BlockPart;
import io.lightflow.position.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Cuts a shard's topic-partitions into random blocks: empty ones, long ones, and ones that begin below the position.
 * Some topics lag behind the others all the time.
 */
final class Interleaving {
    private final List<TopicLog> topics;
    private final Random random;
    private final int longest;
    private final int[] eagerness;

    Interleaving(List<TopicLog> topics, Random random) {
        this.topics = topics;
        this.random = random;
        this.longest = 1 + random.nextInt(random.nextBoolean() ? 3 : 30);
        this.eagerness = random.ints(topics.size(), 1, 5).toArray();
    }

    boolean isDone(Position position) {
        return topics.stream().allMatch(log -> nextOf(position, log) == log.end());
    }

    Block next(Position position) {
        List<BlockPart> parts = new ArrayList<>();
        for (int i = 0; i < topics.size(); i++) {
            TopicLog log = topics.get(i);
            long next = nextOf(position, log);
            long from = random.nextInt(4) == 0 ? Math.max(0, next - random.nextInt(4)) : next;
            long count = random.nextInt(4) < eagerness[i] ? random.nextInt(longest + 1) : 0;
            parts.add(log.part(from, Math.min(log.end(), next + count)));
        }
        return ShardRun.block(parts);
    }

    private static long nextOf(Position position, TopicLog log) {
        return position.nextOffset(log.topic(), log.incarnation());
    }
}
