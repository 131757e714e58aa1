package io.lightflow.lab.contest;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.attribution.LastClick;
import io.lightflow.batch.BatchInput;
import io.lightflow.batch.BatchResult;
import io.lightflow.batch.BatchRunner;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BodyEncoder;
import io.lightflow.event.EventType;
import io.lightflow.event.LightEvent;
import io.lightflow.event.Origin;
import io.lightflow.event.OutputEvent;
import io.lightflow.join.JoinSettings;
import io.lightflow.lab.contest.OutputDecoder.JoinedEvent;
import io.lightflow.lab.feed.BenchFeed;
import io.lightflow.lab.feed.BenchFeedSettings;
import io.lightflow.lab.feed.Feed;
import io.lightflow.lab.feed.FeedEvent;
import io.lightflow.lab.measure.BenchStack;
import io.lightflow.statistics.Dimension;
import io.lightflow.statistics.StatisticsKey;
import io.lightflow.store.MemoryJoinStore;
import io.lightflow.topology.schema.RegistrySchemas;
import io.lightflow.topology.settings.RegistrySection;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** The independent answer is that of Lightflow's own step, and differences from it are noticed. */
class IndependentAnswerTest {
    /** Few cookies, so that conversions choose between clicks. */
    private static final BenchFeedSettings EVENTS = BenchFeedSettings.DEFAULT
            .withCount(40_000)
            .withCookies(300)
            .withTimes(BenchFeedSettings.DEFAULT.start(), Duration.ofMinutes(10));

    private static final Supplier<Feed> FEEDS =
            () -> new ProbeFeed(new BenchFeed(EVENTS), "us-west", new ProbeFeed.Probes());

    private final RegistrySchemas schemas =
            RegistrySchemas.connect(new RegistrySection(List.of(URI.create("http://127.0.0.1:1"))));
    private final IndependentAnswer answer = IndependentAnswer.of(FEEDS);
    private final BatchResult result = batch();

    private BatchResult batch() {
        Map<String, EventType> types = new TreeMap<>();
        BenchStack.GROUP.dcs().forEach(dc -> {
            for (EventType type : EventType.values()) {
                types.put(type.centralTopic(dc), type);
            }
        });
        List<String> topics = List.copyOf(types.keySet());
        Map<String, List<BlockEntry>> entries = new HashMap<>();
        topics.forEach(topic -> entries.put(topic, new ArrayList<>()));
        BodyEncoder encoder = new BodyEncoder();
        try (Feed feed = FEEDS.get()) {
            while (feed.hasNext()) {
                FeedEvent event = feed.next();
                String topic = event.type().centralTopic(event.dc());
                Origin origin =
                        new Origin(topics.indexOf(topic), entries.get(topic).size());
                entries.get(topic)
                        .add(LightEvent.of(event.type(), event.key(), origin, 0, encoder.encode(event.event())));
            }
        }
        return new BatchRunner(
                        JoinSettings.defaults(BenchStack.GROUP.name()),
                        new LastClick(),
                        schemas.ids(),
                        schemas,
                        new MemoryJoinStore(),
                        5_000)
                .run(topics.stream()
                        .map(topic ->
                                new BatchInput(topic, types.get(topic), topics.indexOf(topic), entries.get(topic)))
                        .toList());
    }

    private List<JoinedEvent> joined() {
        LightflowDecoder decoder = new LightflowDecoder(schemas);
        return result.outputs().stream()
                .map(output -> decoder.decode(record(output)))
                .flatMap(Optional::stream)
                .toList();
    }

    private static ConsumerRecord<byte[], byte[]> record(OutputEvent output) {
        return new ConsumerRecord<>(output.topic().of("us"), 0, 0, output.key(), output.value());
    }

    private static OutputDigest digest(List<JoinedEvent> joined) {
        OutputDigest digest = new OutputDigest();
        joined.forEach(event -> digest.add(event.kind(), event.fingerprint()));
        return digest;
    }

    /** The step's rows also tell regions and data centers apart. */
    private StatisticsDigest rows() {
        Map<Long, long[]> rows = new HashMap<>();
        result.statistics().minutes().forEach((key, counts) -> {
            long[] row = rows.computeIfAbsent(fingerprint(key), absent -> new long[StatisticsDigest.COUNTS]);
            row[0] += counts.impressions;
            row[1] += counts.clicks;
            row[2] += counts.conversions;
            row[3] += counts.spendMicros;
            row[4] += counts.revenueMicros;
        });
        StatisticsDigest digest = new StatisticsDigest();
        rows.forEach(digest::add);
        return digest;
    }

    private static long fingerprint(StatisticsKey key) {
        return RowFingerprints.of(
                RowFingerprints.minute(key.time()),
                key.get(Dimension.CAMPAIGN),
                key.get(Dimension.CREATIVE),
                key.get(Dimension.EXCHANGE),
                key.get(Dimension.PUBLISHER),
                key.get(Dimension.COUNTRY),
                key.get(Dimension.DEVICE));
    }

    @Test
    void itIsTheAnswerOfTheStep() {
        assertThat(digest(joined()).differences(answer.outputs())).isEmpty();
        assertThat(answer.outputs().count()).isGreaterThan(39_000);
    }

    @Test
    void aMissingARepeatedAndAnAlteredEventAreNoticed() {
        List<JoinedEvent> joined = joined();
        List<JoinedEvent> fewer = joined.subList(1, joined.size());
        List<JoinedEvent> replaced = new ArrayList<>(fewer);
        replaced.add(fewer.get(0));

        assertThat(digest(fewer).differences(answer.outputs()))
                .singleElement()
                .asString()
                .contains("expected", "found");
        assertThat(digest(replaced).differences(answer.outputs()))
                .singleElement()
                .asString()
                .contains("content of the answer");
    }

    @Test
    void theMinuteRowsAreThoseOfTheStep() {
        assertThat(rows().differences(answer.statistics())).isEmpty();
        assertThat(answer.statistics().rows()).isGreaterThan(10_000);
    }
}
