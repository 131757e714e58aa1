package io.lightflow.invariant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.attribution.LastClick;
import io.lightflow.batch.BatchInput;
import io.lightflow.batch.BatchResult;
import io.lightflow.batch.BatchRunner;
import io.lightflow.event.EventOrigin;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.event.JoinedClick;
import io.lightflow.event.JoinedConversion;
import io.lightflow.event.JoinedImpression;
import io.lightflow.join.JoinSettings;
import io.lightflow.position.Books.Entry;
import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Dimension;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsKey;
import io.lightflow.store.MemoryJoinStore;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

/** A complete set of events gives the brute-force answer and its sums, whatever the block size. */
class BatchRunnerTest {
    private final TestSchemas schemas = new TestSchemas();

    @Test
    void theResultIsTheAnswerOfBruteForceForEveryBlockSize() {
        Seeds.each(150, seed -> {
            Stream stream = StreamGenerator.stream(seed);
            BatchResult result = run(stream.settings(), 1 + (int) (seed % 40), stream.topics());
            BruteForce.Answer answer = stream.answer();
            assertThat(outcomes(result)).isEqualTo(answer.outcomes());
            assertThat(result.books().balanced()).isTrue();
            for (Entry entry : List.of(Entry.JOINED, Entry.WAITING, Entry.ORPHANED, Entry.UNATTRIBUTED)) {
                for (EventType type : EventType.values()) {
                    assertThat(result.books().get(type, entry))
                            .isEqualTo(answer.books().get(type, entry));
                }
            }
            assertThat(result.statistics().minutes()).isEqualTo(sums(result, Statistics.MINUTE_MS));
            assertThat(result.statistics().rolledUp(Statistics.HOUR_MS)).isEqualTo(sums(result, Statistics.HOUR_MS));
            assertThat(result.statistics().rolledUp(Statistics.DAY_MS)).isEqualTo(sums(result, Statistics.DAY_MS));
        });
    }

    @Test
    void timersFireThoughTheInputHasNoBeacons() {
        TopicLog clicks = new TopicLog("eu.clicks", EventType.CLICK, 1).append(JoinScenario.click("c", 1, "never"));
        TopicLog impressions = new TopicLog("eu.impressions", EventType.IMPRESSION, 2);
        BatchResult result = run(JoinSettings.defaults("eu"), 10, List.of(clicks, impressions));
        assertThat(outcomes(result)).containsExactly(Outcome.orphan(JoinScenario.KEY, "c"));
    }

    @Test
    void noInputGivesNothing() {
        BatchResult result = run(JoinSettings.defaults("eu"), 10, List.of());
        assertThat(result.outputs()).isEmpty();
        assertThat(result.statistics().isEmpty()).isTrue();
    }

    @Test
    void recordsOutOfOffsetOrderAreRefused() {
        var entries = new TopicLog("eu.tags", EventType.TAG, 1)
                .append(JoinScenario.tag("a", 1), JoinScenario.tag("b", 2))
                .entries();
        BatchInput input = new BatchInput("eu.tags", EventType.TAG, 1, List.of(entries.get(1), entries.get(0)));
        BatchRunner runner = runner(JoinSettings.defaults("eu"), 10);
        assertThatThrownBy(() -> runner.run(List.of(input)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("eu.tags")
                .hasMessageContaining("found offset 0 after 1");
    }

    private BatchRunner runner(JoinSettings settings, int blockSize) {
        return new BatchRunner(settings, new LastClick(), schemas.ids(), schemas, new MemoryJoinStore(), blockSize);
    }

    private BatchResult run(JoinSettings settings, int blockSize, List<TopicLog> topics) {
        return runner(settings, blockSize)
                .run(topics.stream()
                        .map(log -> new BatchInput(log.topic(), log.type(), log.incarnation(), log.entries()))
                        .toList());
    }

    private List<Outcome> outcomes(BatchResult result) {
        OutputReader reader = new OutputReader(schemas);
        return ShardRun.outcomes(result.outputs().stream().map(reader::read).toList());
    }

    /** The rows of a table, summed from the outputs one by one. */
    private Map<StatisticsKey, Counts> sums(BatchResult result, long stepMs) {
        OutputReader reader = new OutputReader(schemas);
        Map<StatisticsKey, Counts> rows = new HashMap<>();
        for (var output : result.outputs()) {
            SpecificRecord record = reader.read(output).record();
            if (record instanceof JoinedImpression joined) {
                Counts row = row(
                        rows,
                        joined.getImpression().getTime(),
                        joined.getImpression(),
                        joined.getProvenance().getOrigin(),
                        stepMs);
                row.impressions++;
                row.spendMicros += joined.getImpression().getPriceMicros();
            } else if (record instanceof JoinedClick joined) {
                Counts row = row(
                        rows,
                        joined.getClick().getTime(),
                        joined.getImpression(),
                        joined.getImpressionOrigin(),
                        stepMs);
                row.clicks++;
                row.spendMicros += joined.getClick().getPriceMicros();
            } else if (record instanceof JoinedConversion joined && joined.getImpression() != null) {
                Counts row = row(
                        rows,
                        joined.getConversion().getTime(),
                        joined.getImpression(),
                        joined.getImpressionOrigin(),
                        stepMs);
                row.conversions++;
                row.revenueMicros += joined.getConversion().getRevenueMicros();
            }
        }
        return rows;
    }

    private static Counts row(
            Map<StatisticsKey, Counts> rows, long time, Impression impression, EventOrigin origin, long stepMs) {
        String topic = origin.getTopic();
        StatisticsKey key = StatisticsKey.of(time - time % stepMs);
        for (Dimension dimension : Dimension.all()) {
            String field = dimension.field().replace("impression.", "");
            key = key.with(
                    dimension,
                    dimension == Dimension.DATA_CENTER
                            ? topic.substring(0, topic.lastIndexOf('.'))
                            : (String) impression.get(field));
        }
        return rows.computeIfAbsent(key, absent -> new Counts());
    }
}
