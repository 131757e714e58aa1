package io.lightflow.lab.contest;

import io.lightflow.deploy.embedded.EmbeddedPostgresServer;
import io.lightflow.event.OutputTopic;
import io.lightflow.lab.measure.BenchStack;
import io.lightflow.position.Position;
import io.lightflow.sink.SinkUnavailableException;
import io.lightflow.topology.descriptor.ShardPositions;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.statistics.StatisticsTopology;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/** Reads Lightflow's ledger in PostgreSQL, which is committed together with the rows. */
final class LedgerLatency implements PostgresLatency {
    private static final String CLICKS = OutputTopic.CLICKS.of(BenchStack.GROUP.name());
    private static final List<Integer> SHARDS =
            IntStream.range(0, BenchStack.SHARDS).boxed().toList();

    /** A click in the joined topic. */
    private record Joined(long offset, long sentMs) {}

    private final ShardPositions ledger;
    private final Map<Integer, Queue<Joined>> uncounted = new ConcurrentHashMap<>();

    LedgerLatency(ContestServers servers) {
        // Only the sections of Kafka and PostgreSQL are used.
        ledger = StatisticsTopology.INSTANCE.positions(GroupSettings.parse("""
                group: %s
                dataCenters: [%s]
                shards: %d
                kafka: {bootstrapServers: "%s"}
                registry: {urls: ["http://127.0.0.1:1"]}
                postgres: {url: "%s", user: %s}
                zookeeper: {connect: "127.0.0.1:1"}
                store: {rocksdb: {directory: /unused}}
                """.formatted(
                        BenchStack.GROUP.name(),
                        String.join(", ", BenchStack.GROUP.dcs()),
                        BenchStack.SHARDS,
                        servers.bootstrapServers(),
                        servers.jdbcUrl(),
                        EmbeddedPostgresServer.USER)));
        SHARDS.forEach(shard -> uncounted.put(shard, new ConcurrentLinkedQueue<>()));
    }

    @Override
    public void joined(int partition, long offset, long sentMs) {
        uncounted.get(partition).add(new Joined(offset, sentMs));
    }

    @Override
    public void look(long fromMs, Histogram latencies) {
        Map<Integer, Position> positions;
        try {
            positions = ledger.read(SHARDS);
        } catch (SinkUnavailableException e) {
            // The tables are created while the topologies start.
            return;
        }
        long now = System.currentTimeMillis();
        positions.forEach((shard, position) -> {
            long next = position.topics().containsKey(CLICKS)
                    ? position.topics().get(CLICKS).current().nextOffset()
                    : 0;
            Queue<Joined> waiting = uncounted.get(shard);
            while (!waiting.isEmpty() && waiting.peek().offset() < next) {
                long sentMs = waiting.remove().sentMs();
                if (sentMs >= fromMs) {
                    latencies.recordValue(now - sentMs);
                }
            }
        });
    }

    @Override
    public void close() {
        ledger.close();
    }
}
