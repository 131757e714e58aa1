package io.lightflow.invariant;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.attribution.LastClick;
import io.lightflow.enrichment.Enrichment;
import io.lightflow.event.Block;
import io.lightflow.event.BlockPart;
import io.lightflow.event.OutputEvent;
import io.lightflow.join.JoinSettings;
import io.lightflow.join.JoinStep;
import io.lightflow.join.StepBounds;
import io.lightflow.join.StepResult;
import io.lightflow.position.Books.Entry;
import io.lightflow.position.Position;
import io.lightflow.position.PositionCodec;
import io.lightflow.store.JoinStore;
import io.lightflow.store.MemoryJoinStore;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The join of one shard as a topology drives it (attempt, write the cells, commit). Asserts after every commit: the
 * books balance, the watermark did not go back, and the position survives its stored format.
 */
final class ShardRun {
    static final int SHARD = 3;
    private static final long READ_MS = 1_800_000_000_000L;

    private final TestSchemas schemas;
    private final OutputReader reader;
    private JoinStore store;
    private JoinSettings settings;
    private JoinStep step;
    private final List<OutputReader.DecodedOutput> committed = new ArrayList<>();
    private Position position = Position.START;
    private long txid;

    ShardRun(JoinSettings settings) {
        this(settings, new MemoryJoinStore());
    }

    ShardRun(JoinSettings settings, JoinStore store) {
        this(settings, store, new TestSchemas());
    }

    ShardRun(JoinSettings settings, JoinStore store, TestSchemas schemas) {
        this.schemas = schemas;
        this.reader = new OutputReader(schemas);
        this.store = store;
        restart(settings);
    }

    /** A later process opens the shard, with other settings. */
    void restart(JoinSettings changed) {
        settings = changed;
        restart(Enrichment.NONE);
    }

    /** A later process opens the shard, with other data for enrichment. */
    void restart(Enrichment enrichment) {
        step = new JoinStep(settings, new LastClick(), schemas.ids(), schemas, StepBounds.NONE, enrichment);
        takeOver();
    }

    static Block block(List<BlockPart> parts) {
        return new Block(SHARD, parts, READ_MS);
    }

    JoinSettings settings() {
        return settings;
    }

    JoinStore store() {
        return store;
    }

    /** Another store takes the place of this one. */
    void continueOn(JoinStore other) {
        store = other;
    }

    Position position() {
        return position;
    }

    /** Opens the shard: a later attempt, or one after a crash. */
    void takeOver() {
        position = JoinStep.takeOver(position);
    }

    /** Returns the result of the block from the given position, which may be an old one. Stores nothing. */
    StepResult attempt(Position from, Block block) {
        return step.run(from, block, ++txid, store);
    }

    /** Processes the block and commits it. Returns its outputs without beacons. */
    List<OutputReader.DecodedOutput> commit(Block block) {
        StepResult result = attempt(position, block);
        write(result);
        return commit(result);
    }

    /** Stores what an attempt adds. */
    void write(StepResult result) {
        store.write(List.of(result.write(SHARD)));
    }

    List<OutputReader.DecodedOutput> commit(StepResult result) {
        Position next = result.position();
        require(next.books().balanced(), () -> "the books balance after every commit, found " + next.books());
        require(next.watermark() >= position.watermark(), () -> "the watermark never goes back");
        Position stored = PositionCodec.decode(PositionCodec.encode(next));
        require(stored.equals(next), () -> "a position survives its stored format, found " + stored + " for " + next);
        position = stored;
        List<OutputReader.DecodedOutput> seen = read(result.outputs());
        committed.addAll(seen);
        return seen;
    }

    private static void require(boolean holds, Supplier<String> promise) {
        if (!holds) {
            throw new AssertionError(promise.get());
        }
    }

    private List<OutputReader.DecodedOutput> read(List<OutputEvent> outputs) {
        List<OutputReader.DecodedOutput> seen = new ArrayList<>();
        for (OutputEvent output : outputs) {
            OutputReader.DecodedOutput one = reader.read(output);
            if (one.provenance() != null) {
                seen.add(one);
            }
        }
        return seen;
    }

    List<OutputReader.DecodedOutput> committed() {
        return List.copyOf(committed);
    }

    /** The outcomes of all commits, sorted. */
    List<Outcome> outcomes() {
        return outcomes(committed);
    }

    static List<Outcome> outcomes(List<OutputReader.DecodedOutput> seen) {
        return Outcome.sorted(seen.stream()
                .map(OutputReader.DecodedOutput::outcome)
                .filter(outcome -> outcome != null)
                .toList());
    }

    /** Asserts that exactly the expected outcomes were emitted, each once, and that the books agree. */
    void assertAnswers(Stream stream) {
        BruteForce.Answer answer = stream.answer();
        assertThat(outcomes()).containsExactlyElementsOf(answer.outcomes());
        var books = answer.books().edit();
        for (TopicLog topic : stream.topics()) {
            books.add(topic.type(), Entry.IN, topic.rejections()).add(topic.type(), Entry.REJECTED, topic.rejections());
        }
        assertThat(position.books()).isEqualTo(books.done());
    }
}
