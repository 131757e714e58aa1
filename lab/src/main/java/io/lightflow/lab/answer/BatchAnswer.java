package io.lightflow.lab.answer;

import io.lightflow.attribution.LastClick;
import io.lightflow.batch.BatchInput;
import io.lightflow.batch.BatchResult;
import io.lightflow.batch.BatchRunner;
import io.lightflow.deploy.group.DcGroup;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BodyEncoder;
import io.lightflow.event.EventType;
import io.lightflow.event.LightEvent;
import io.lightflow.event.Origin;
import io.lightflow.join.JoinSettings;
import io.lightflow.lab.feed.Feed;
import io.lightflow.lab.feed.FeedEvent;
import io.lightflow.position.Books;
import io.lightflow.statistics.Statistics;
import io.lightflow.store.MemoryJoinStore;
import io.lightflow.topology.schema.RegistrySchemas;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The expected results of a feed, computed by a batch run over its events.
 *
 * @param outcomes the outcome of every event as a string, sorted
 * @param books of all groups together
 * @param statistics the minute rows, with all dimensions
 */
public record BatchAnswer(List<String> outcomes, Books books, Statistics statistics) {
    private static final int BLOCK_SIZE = 5_000;

    /** Drains the feed and holds its events in memory. The default rules apply. */
    public static BatchAnswer of(Feed feed, List<DcGroup> groups, RegistrySchemas schemas) {
        Map<String, List<BlockEntry>> entries = new TreeMap<>();
        for (String dc : groups.stream().flatMap(group -> group.dcs().stream()).toList()) {
            for (EventType type : EventType.values()) {
                entries.put(type.centralTopic(dc), new ArrayList<>());
            }
        }
        List<String> topics = List.copyOf(entries.keySet());
        BodyEncoder encoder = new BodyEncoder();
        while (feed.hasNext()) {
            FeedEvent event = feed.next();
            String topic = event.type().centralTopic(event.dc());
            List<BlockEntry> log = entries.get(topic);
            Origin origin = new Origin(topics.indexOf(topic), log.size());
            log.add(LightEvent.of(event.type(), event.key(), origin, 0, encoder.encode(event.event())));
        }
        List<String> outcomes = new ArrayList<>();
        Books books = Books.EMPTY;
        Statistics statistics = new Statistics();
        Outcomes outcomesOf = new Outcomes(schemas);
        for (DcGroup group : groups) {
            BatchResult result = new BatchRunner(
                            JoinSettings.defaults(group.name()),
                            new LastClick(),
                            schemas.ids(),
                            schemas,
                            new MemoryJoinStore(),
                            BLOCK_SIZE)
                    .run(inputs(group, topics, entries));
            result.outputs().forEach(output -> outcomesOf.of(output.value()).ifPresent(outcomes::add));
            books = books.plus(result.books());
            result.statistics()
                    .minutes()
                    .forEach((key, counts) -> statistics.minute(key).add(counts));
        }
        outcomes.sort(null);
        return new BatchAnswer(outcomes, books, statistics);
    }

    private static List<BatchInput> inputs(DcGroup group, List<String> topics, Map<String, List<BlockEntry>> entries) {
        List<BatchInput> inputs = new ArrayList<>();
        for (String dc : group.dcs()) {
            for (EventType type : EventType.values()) {
                String topic = type.centralTopic(dc);
                inputs.add(new BatchInput(topic, type, topics.indexOf(topic), entries.get(topic)));
            }
        }
        return inputs;
    }
}
