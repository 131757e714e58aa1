package io.lightflow.lab.step;

import io.lightflow.event.Block;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BlockPart;
import io.lightflow.event.EventType;
import io.lightflow.event.OutputEvent;
import io.lightflow.event.OutputTopic;
import io.lightflow.position.Position;
import io.lightflow.statistics.JoinedEventDecoder;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsStep;
import io.lightflow.store.MemoryJoinStore;
import io.lightflow.topology.schema.RegistrySchemas;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What comes before and after the join of an event: decoding it, and decoding and counting its joined event. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4)
@Measurement(iterations = 6)
@Fork(1)
public class DecodeAndCountBenchmark {
    private static final Map<EventType, OutputTopic> TOPICS = Map.of(
            EventType.IMPRESSION, OutputTopic.IMPRESSIONS,
            EventType.CLICK, OutputTopic.CLICKS,
            EventType.CONVERSION, OutputTopic.CONVERSIONS);
    private static final long ATTEMPT = 1;

    private final RegistrySchemas schemas = ShardTraffic.schemas();
    private ShardTraffic traffic;
    private List<List<OutputEvent>> outputs;

    @Setup(Level.Trial)
    public void join() {
        traffic = new ShardTraffic();
        outputs = new ArrayList<>();
        try (MemoryJoinStore store = new MemoryJoinStore()) {
            new ShardJoin(schemas, store).run(traffic.blocks(), outputs::add);
        }
    }

    @Benchmark
    @OperationsPerInvocation(ShardTraffic.EVENTS)
    public List<Block> decode() {
        return traffic.blocks();
    }

    /** The sums are those of one micro-batch. */
    @Benchmark
    @OperationsPerInvocation(ShardTraffic.EVENTS)
    public Position count() {
        JoinedEventDecoder decoder = new JoinedEventDecoder(schemas);
        Statistics statistics = new Statistics();
        Position position = Position.START;
        for (List<OutputEvent> sent : outputs) {
            position = StatisticsStep.run(position, block(decoder, position, sent), ATTEMPT, statistics);
        }
        return position;
    }

    private static Block block(JoinedEventDecoder decoder, Position position, List<OutputEvent> sent) {
        List<BlockPart> parts = new ArrayList<>();
        TOPICS.forEach((type, topic) -> {
            long from = position.nextOffset(topic.name(), topic.ordinal());
            List<BlockEntry> decoded = new ArrayList<>();
            for (OutputEvent output : sent) {
                if (output.topic() == topic) {
                    decoded.add(decoder.decode(type, topic.name(), from + decoded.size(), output.value()));
                }
            }
            parts.add(new BlockPart(topic.name(), type, topic.ordinal(), from, from + decoded.size(), false, decoded));
        });
        return new Block(0, parts, System.currentTimeMillis());
    }
}
