package io.lightflow.position;

import io.lightflow.event.Block;
import io.lightflow.event.BlockPart;
import io.lightflow.position.TopicPosition.Incarnation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The progress of a shard, which a sink commits together with its outputs (invariant A). Immutable.
 *
 * @param topics positions by topic name
 * @param watermark event time up to which the shard has read everything, ms since the Unix epoch; {@link #NO_TIME}
 *     before there is one
 * @param txid Trident transaction that committed this position; recorded, never compared
 * @param books the fates of all events so far
 * @param store what the shard's join store must hold
 * @param join what only the join keeps in its ledger; {@link JoinProgress#NONE} elsewhere
 */
public record Position(
        SortedMap<String, TopicPosition> topics,
        long watermark,
        long txid,
        Books books,
        StoreVersion store,
        JoinProgress join) {

    /** Means that there is no event time yet. */
    public static final long NO_TIME = Long.MIN_VALUE;

    /** The position of a shard that has read nothing. */
    public static final Position START = new Position(new TreeMap<>(), NO_TIME, 0, Books.EMPTY);

    public Position {
        topics = Collections.unmodifiableSortedMap(new TreeMap<>(topics));
        Objects.requireNonNull(books, "books");
        Objects.requireNonNull(store, "store");
        Objects.requireNonNull(join, "join");
    }

    /** A position that names no store, and has no progress of the join. */
    public Position(SortedMap<String, TopicPosition> topics, long watermark, long txid, Books books) {
        this(topics, watermark, txid, books, StoreVersion.UNKNOWN, JoinProgress.NONE);
    }

    /** This position with other topics. */
    public Position withTopics(SortedMap<String, TopicPosition> otherTopics) {
        return new Position(otherTopics, watermark, txid, books, store, join);
    }

    /** This position with other books. */
    public Position with(Books otherBooks) {
        return new Position(topics, watermark, txid, otherBooks, store, join);
    }

    /** This position with another watermark. */
    public Position withWatermark(long otherWatermark) {
        return new Position(topics, otherWatermark, txid, books, store, join);
    }

    /** This position with another store. */
    public Position with(StoreVersion otherStore) {
        return new Position(topics, watermark, txid, books, otherStore, join);
    }

    /** This position with another progress of the join. */
    public Position with(JoinProgress otherJoin) {
        return new Position(topics, watermark, txid, books, store, otherJoin);
    }

    /** The watermark of a join key, which may be ahead of the shard's. */
    public long watermarkOf(String joinKey) {
        return join.ahead().watermarkOf(joinKey, watermark);
    }

    /** Offset to read next; 0 for a topic or an incarnation that has not been read. */
    public long nextOffset(String topic, int incarnation) {
        TopicPosition at = topics.get(topic);
        return at == null ? 0 : at.at(incarnation).nextOffset();
    }

    /** Progress in an incarnation of a topic; at offset 0 if it has not been read. */
    public Incarnation at(String topic, int incarnation) {
        TopicPosition at = topics.get(topic);
        return at == null ? new Incarnation(incarnation, 0) : at.at(incarnation);
    }

    /** The clocks of the producers that sent beacons into the topic. */
    public ProducerClocks clocks(String topic) {
        TopicPosition at = topics.get(topic);
        return at == null ? ProducerClocks.NONE : at.clocks();
    }

    /** Greatest event time that was read from any topic; {@link #NO_TIME} if none. */
    public long maxTime() {
        long max = NO_TIME;
        for (TopicPosition topic : topics.values()) {
            max = Math.max(max, topic.maxTime());
        }
        return max;
    }

    /** Greatest event time that was read from the topic; {@link #NO_TIME} if none. */
    public long maxTime(String topic) {
        TopicPosition at = topics.get(topic);
        return at == null ? NO_TIME : at.maxTime();
    }

    /** The topic with this incarnation; null if the shard has not read it. */
    public String topicOf(int incarnation) {
        return topicOf(incarnation, topics);
    }

    private static String topicOf(int incarnation, Map<String, TopicPosition> topics) {
        for (Map.Entry<String, TopicPosition> topic : topics.entrySet()) {
            for (Incarnation each : topic.getValue().incarnations()) {
                if (each.id() == incarnation) {
                    return topic.getKey();
                }
            }
        }
        return null;
    }

    /**
     * Returns the position after a block (invariants B and F). Each incarnation of a topic continues from its own
     * offset: a block that was polled before its topic was recreated may follow the first block of the new topic, and
     * the ids do not tell which one is older.
     *
     * @param maxTimes greatest event time in each part of the block, {@link #NO_TIME} for none
     * @param clocks the producers' clocks after each part of the block
     * @throws GapException if a part begins above this position
     * @throws IllegalStateException if two topics share an incarnation number (probability 1 in 4 billion)
     */
    public Position after(
            Block block,
            long[] maxTimes,
            List<ProducerClocks> clocks,
            long newWatermark,
            long newTxid,
            Books newBooks) {
        if (newWatermark < watermark) {
            throw new IllegalArgumentException("expected the watermark of shard " + block.shard()
                    + " to stay or rise from " + watermark + ", found " + newWatermark);
        }
        SortedMap<String, TopicPosition> moved = new TreeMap<>(topics);
        for (int i = 0; i < block.parts().size(); i++) {
            BlockPart part = block.parts().get(i);
            TopicPosition at = moved.get(part.topic());
            Incarnation committed = at(part.topic(), part.incarnation());
            if (part.from() > committed.nextOffset()) {
                throw new GapException(
                        part.topic(), block.shard(), part.incarnation(), committed.nextOffset(), part.from());
            }
            requireOwnIncarnation(part, moved);
            Incarnation next = part.to() > committed.nextOffset()
                    ? new Incarnation(part.incarnation(), part.to(), part.leaderEpoch())
                    : committed;
            moved.put(
                    part.topic(),
                    at == null
                            ? new TopicPosition(List.of(next), maxTimes[i], clocks.get(i))
                            : at.movedTo(next, maxTimes[i], clocks.get(i)));
        }
        return new Position(moved, newWatermark, newTxid, newBooks, store, join);
    }

    private static void requireOwnIncarnation(BlockPart part, SortedMap<String, TopicPosition> topics) {
        String owner = topicOf(part.incarnation(), topics);
        if (owner != null && !owner.equals(part.topic())) {
            throw new IllegalStateException("topics " + owner + " and " + part.topic()
                    + " have the same incarnation number " + Integer.toHexString(part.incarnation())
                    + ". Delete and recreate the newer topic.");
        }
    }

    /** Returns this position with one topic moved forward past lost records; see {@link GapException}. */
    public Position acceptingGap(String topic, long to) {
        TopicPosition at = topics.get(topic);
        if (at == null) {
            throw new IllegalArgumentException(
                    "expected a topic that this shard has read, one of " + topics.keySet() + ", found " + topic);
        }
        Incarnation current = at.current();
        if (to <= current.nextOffset()) {
            throw new IllegalArgumentException("expected --to above the committed offset " + current.nextOffset()
                    + " of " + topic + ", found " + to);
        }
        SortedMap<String, TopicPosition> moved = new TreeMap<>(topics);
        moved.put(topic, at.movedTo(new Incarnation(current.id(), to), at.maxTime(), at.clocks()));
        return withTopics(moved);
    }

    /** The visibility of cells at this position. */
    public Visibility visibility() {
        List<Incarnation> all = new ArrayList<>();
        topics.values().forEach(topic -> all.addAll(topic.incarnations()));
        return new Visibility(all);
    }
}
