package io.lightflow.topology.simulation;

import io.lightflow.event.Block;
import io.lightflow.event.BlockPart;
import io.lightflow.position.Position;
import io.lightflow.position.TopicPosition;
import io.lightflow.position.TopicPosition.Incarnation;
import io.lightflow.sink.Ledger;
import io.lightflow.sink.SinkUnavailableException;
import io.lightflow.topology.simulation.Perils.Call;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongSupplier;

/**
 * The spout of a task. Like the real spout, it continues after the last batch, reads replayed batches from the ledger's
 * position, and emits an empty batch after a failure.
 */
final class Reader {

    /** A batch for the loop. */
    record Batch(long txid, List<Block> blocks) {
        @Override
        public String toString() {
            return "batch " + txid + " of "
                    + blocks.stream().mapToInt(Block::size).sum() + " records";
        }
    }

    private final Source source;
    private final List<Integer> shards;
    private final Ledger ledger;
    private final Perils perils;
    private final Map<String, Integer> incarnations = new HashMap<>();
    private final Map<String, Map<Integer, Long>> next = new HashMap<>();
    private final Map<String, Map<Integer, Integer>> leaderEpochs = new HashMap<>();
    private final Deque<Batch> inFlight = new ArrayDeque<>();
    /** Transactions that failed and are replayed. */
    private final Deque<Long> failed = new ArrayDeque<>();

    private boolean seek = true;
    /** Whether the next blocks are the first ones since the reader went to the ledger's position. */
    private boolean sought;
    /** Whether a batch was lost and the loss is not yet detected. */
    private boolean lost;

    Reader(Source source, List<Integer> shards, Ledger ledger, Perils perils) {
        this.source = source;
        this.shards = shards;
        this.ledger = ledger;
        this.perils = perils;
    }

    /** Reads one more batch, with at most the given number of offsets per partition. */
    void readAhead(LongSupplier newTxid, int most, Random random, long nowMs) {
        seek |= !failed.isEmpty() || !incarnations.equals(source.incarnations());
        long txid = failed.isEmpty() ? newTxid.getAsLong() : failed.remove();
        List<Block> blocks = List.of();
        try {
            if (seek) {
                goToLedger();
                seek = false;
            }
            blocks = perils.around(Call.POLL, () -> poll(most, random, nowMs));
        } catch (SinkUnavailableException e) {
            seek = true;
        }
        if (lost && blocks.isEmpty()) {
            // The message timeout has passed by now.
            lost = false;
            seek = true;
        }
        inFlight.add(new Batch(txid, blocks));
    }

    private void goToLedger() {
        incarnations.clear();
        incarnations.putAll(source.incarnations());
        next.clear();
        leaderEpochs.clear();
        for (int shard : shards) {
            Position position = ledger.read(shard);
            incarnations.forEach((topic, incarnation) -> {
                next.computeIfAbsent(topic, absent -> new HashMap<>())
                        .put(shard, position.nextOffset(topic, incarnation));
                leaderEpochs
                        .computeIfAbsent(topic, absent -> new HashMap<>())
                        .put(shard, leaderEpoch(position, topic, incarnation));
            });
        }
        sought = true;
    }

    private static int leaderEpoch(Position position, String topic, int incarnation) {
        TopicPosition at = position.topics().get(topic);
        return at == null
                ? Incarnation.NO_EPOCH
                : at.incarnations().stream()
                        .filter(life -> life.id() == incarnation)
                        .mapToInt(Incarnation::leaderEpoch)
                        .findFirst()
                        .orElse(Incarnation.NO_EPOCH);
    }

    /** Whether a log of the shard was cut off before what was read of it. The shard is not read then. */
    private boolean isCutOff(int shard) {
        return source.topics().keySet().stream()
                .anyMatch(topic -> source.isCutOff(
                        topic,
                        shard,
                        next.get(topic).get(shard),
                        leaderEpochs.get(topic).get(shard)));
    }

    private List<Block> poll(int most, Random random, long nowMs) {
        List<Block> blocks = new ArrayList<>();
        for (int shard : shards) {
            if (isCutOff(shard)) {
                continue;
            }
            List<BlockPart> parts = new ArrayList<>();
            boolean news = sought;
            for (String topic : source.topics().keySet()) {
                Map<Integer, Long> offsets = next.get(topic);
                BlockPart part = source.read(topic, shard, offsets.get(shard), random.nextInt(most + 1));
                offsets.put(shard, part.to());
                leaderEpochs.get(topic).put(shard, part.leaderEpoch());
                news |= part.to() > part.from();
                parts.add(part);
            }
            if (news) {
                blocks.add(new Block(shard, parts, nowMs));
            }
        }
        sought = false;
        return blocks;
    }

    boolean isEmpty() {
        return inFlight.isEmpty();
    }

    Batch take() {
        return inFlight.remove();
    }

    /** Replays the batch and all later batches in flight, from the ledger's position. */
    void fail(Batch batch) {
        failed.addFirst(batch.txid());
        inFlight.forEach(behind -> failed.add(behind.txid()));
        inFlight.clear();
    }

    /** A batch was lost. Reading continues after it until the loss is detected. */
    void lose() {
        lost = true;
    }

    /** Goes back by a random number of offsets, up to a limit, in every partition. */
    void rewind(int most, Random random) {
        next.values()
                .forEach(offsets ->
                        offsets.replaceAll((shard, offset) -> Math.max(0, offset - random.nextInt(most + 1))));
    }
}
