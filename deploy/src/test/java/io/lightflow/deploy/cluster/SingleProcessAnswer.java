package io.lightflow.deploy.cluster;

import io.lightflow.attribution.LastClick;
import io.lightflow.batch.BatchInput;
import io.lightflow.batch.BatchResult;
import io.lightflow.batch.BatchRunner;
import io.lightflow.deploy.feed.FeedEvent;
import io.lightflow.deploy.feed.GeneratedFeed;
import io.lightflow.deploy.feed.GeneratedFeedSettings;
import io.lightflow.deploy.local.Totals;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BodyEncoder;
import io.lightflow.event.EventType;
import io.lightflow.event.LightEvent;
import io.lightflow.event.SchemaIds;
import io.lightflow.event.WriterSchemas;
import io.lightflow.join.JoinSettings;
import io.lightflow.position.Books;
import io.lightflow.position.Origin;
import io.lightflow.statistics.Counts;
import io.lightflow.store.MemoryJoinStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a feed comes to in one process, one shard and memory, with nothing that can fail.
 *
 * @param books what became of the events
 * @param totals what the minute rows add up to
 */
record SingleProcessAnswer(Books books, Totals totals) {
    private static final int BLOCK_SIZE = 777;

    /** The answer for a feed whose events all belong to one group, by the default rules. */
    static SingleProcessAnswer of(GeneratedFeedSettings feedSettings, SchemaIds ids, WriterSchemas schemas) {
        Map<String, List<BlockEntry>> topics = new TreeMap<>();
        Map<String, EventType> types = new TreeMap<>();
        BodyEncoder encoder = new BodyEncoder();
        try (GeneratedFeed feed = new GeneratedFeed(feedSettings)) {
            while (feed.hasNext()) {
                FeedEvent event = feed.next();
                String topic = event.type().centralTopic(event.dc());
                types.put(topic, event.type());
                List<BlockEntry> entries = topics.computeIfAbsent(topic, absent -> new ArrayList<>());
                Origin origin = new Origin(topic.hashCode(), entries.size());
                entries.add(LightEvent.of(
                        event.type(), event.key(), origin, event.timeMs(), encoder.encode(event.event())));
            }
        }
        List<BatchInput> inputs = new ArrayList<>();
        topics.forEach(
                (topic, entries) -> inputs.add(new BatchInput(topic, types.get(topic), topic.hashCode(), entries)));
        String group = feedSettings.groups().get(0).name();
        BatchResult result = new BatchRunner(
                        JoinSettings.defaults(group), new LastClick(), ids, schemas, new MemoryJoinStore(), BLOCK_SIZE)
                .run(inputs);
        return new SingleProcessAnswer(
                result.books(), totals(result.statistics().minutes()));
    }

    private static Totals totals(Map<?, Counts> rows) {
        Counts sum = new Counts();
        rows.values().forEach(sum::add);
        return new Totals(
                sum.impressions,
                sum.clicks,
                sum.conversions,
                sum.invalidImpressions + sum.invalidClicks + sum.invalidConversions,
                sum.spendMicros,
                sum.revenueMicros);
    }
}
