package io.lightflow.topology.dataflow;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.attribution.LastClick;
import io.lightflow.event.Block;
import io.lightflow.event.EventType;
import io.lightflow.event.OutputEvent;
import io.lightflow.event.OutputTopic;
import io.lightflow.event.WriterSchemas;
import io.lightflow.identity.StoreIdentity;
import io.lightflow.invariant.SampleEvent;
import io.lightflow.invariant.TestSchemas;
import io.lightflow.invariant.TopicLog;
import io.lightflow.join.JoinSettings;
import io.lightflow.join.JoinStep;
import io.lightflow.join.StepBounds;
import io.lightflow.sink.MemorySink;
import io.lightflow.topology.ManualClock;
import io.lightflow.topology.loop.BackoffRetrier;
import io.lightflow.topology.loop.LoopObserver;
import io.lightflow.topology.loop.StopNotices;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;

/** The dataflow loop over a sink and a store that fail on request, and clicks on impressions. */
class DataflowLoopFixture {
    static final long TIME = 1_704_067_200_000L;
    static final String IMPRESSIONS = "us-east.impressions";
    static final String CLICKS = "us-west.clicks";
    static final TestSchemas SCHEMAS = new TestSchemas();

    final MemorySink.Store<List<OutputEvent>> ledger = new MemorySink.Store<>();
    FailingStore store = new FailingStore();
    boolean storeWasEmpty;
    int lastStoreId;
    final Map<Integer, String> stops = new TreeMap<>();
    final StopNotices notices = new StopNotices() {
        @Override
        public void stopped(int shard, String reason) {
            stops.put(shard, reason);
        }

        @Override
        public void works(int shard) {
            stops.remove(shard);
        }

        @Override
        public void close() {
            // The test reads them afterwards.
        }
    };
    final ManualClock clock = new ManualClock();
    final List<Duration> pauses = new ArrayList<>();
    /** Do everything at once unless told otherwise. */
    Executor helpers = Runnable::run;
    /** Finds the schemas of stored bodies. */
    WriterSchemas writerSchemas = SCHEMAS;

    StepBounds bounds = StepBounds.NONE;
    /** Whether the next batch finds newer data for enrichment. */
    boolean hasNewerData;

    final TopicLog impressions = new TopicLog(IMPRESSIONS, EventType.IMPRESSION, 1);
    final TopicLog clicks = new TopicLog(CLICKS, EventType.CLICK, 2);
    DataflowLoop loop = newLoop();
    private long txid;

    DataflowLoop newLoop() {
        return newLoop(pauses::add);
    }

    DataflowLoop newLoop(BackoffRetrier.Pause pause) {
        return new DataflowLoop(
                new StepFactory() {
                    @Override
                    public JoinStep newStep() {
                        return new JoinStep(
                                JoinSettings.defaults("us"), new LastClick(), SCHEMAS.ids(), writerSchemas, bounds);
                    }

                    @Override
                    public boolean renew() {
                        boolean newer = hasNewerData;
                        hasNewerData = false;
                        return newer;
                    }
                },
                2,
                store,
                new StoreIdentity("us", store, () -> storeWasEmpty, () -> ++lastStoreId),
                new MemorySink<>(ledger),
                notices,
                helpers,
                clock,
                new BackoffRetrier(clock, pause, LoopObserver.NONE),
                LoopObserver.NONE);
    }

    DataflowLoopFixture fill(int journeys) {
        for (int i = 0; i < journeys; i++) {
            String key = "cookie" + i % 7;
            impressions.append(SampleEvent.impression(key, "i" + i, TIME + i, "acme"));
            clicks.append(SampleEvent.click(key, "c" + i, TIME + i + 1, "acme", "i" + i));
            if (i % 5 == 0) {
                // Twice, and behind a transaction marker.
                clicks.markers(1).append(SampleEvent.click(key, "c" + i, TIME + i + 1, "acme", "i" + i));
            }
        }
        return this;
    }

    Block block(int shard, long fromImpressions, long toImpressions, long fromClicks, long toClicks) {
        return new Block(
                shard,
                List.of(impressions.part(fromImpressions, toImpressions), clicks.part(fromClicks, toClicks)),
                TIME);
    }

    Block all(int shard) {
        return block(shard, 0, impressions.end(), 0, clicks.end());
    }

    void process(Block... blocks) {
        loop.process(++txid, List.of(blocks));
    }

    Map<OutputTopic, Long> outputs() {
        Map<OutputTopic, Long> counts = new TreeMap<>();
        for (List<OutputEvent> commit : ledger.outputs()) {
            // Beacons have no key.
            commit.stream()
                    .filter(output -> output.key() != null)
                    .forEach(output -> counts.merge(output.topic(), 1L, Long::sum));
        }
        return counts;
    }

    /** The commits with outputs. An attempt that opens a shard commits its number, without outputs. */
    List<List<OutputEvent>> commits() {
        return ledger.outputs().stream().filter(commit -> !commit.isEmpty()).toList();
    }

    /** Lets the loop open shards, before anything fails. */
    void open(int... shards) {
        for (int shard : shards) {
            process(block(shard, 0, 0, 0, 0));
        }
    }

    void assertJoined(long impressionCount, long clickCount) {
        assertThat(outputs())
                .isEqualTo(Map.of(OutputTopic.IMPRESSIONS, impressionCount, OutputTopic.CLICKS, clickCount));
    }
}
