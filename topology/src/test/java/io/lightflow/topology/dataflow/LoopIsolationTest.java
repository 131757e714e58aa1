package io.lightflow.topology.dataflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.attribution.LastClick;
import io.lightflow.event.Block;
import io.lightflow.event.BlockPart;
import io.lightflow.event.Click;
import io.lightflow.event.EventType;
import io.lightflow.event.OutputEvent;
import io.lightflow.event.OutputTopic;
import io.lightflow.event.RejectedEvent;
import io.lightflow.event.WireFormat;
import io.lightflow.identity.StoreIdentity;
import io.lightflow.invariant.OutputReader;
import io.lightflow.invariant.SampleEvent;
import io.lightflow.invariant.TestSchemas;
import io.lightflow.invariant.TopicLog;
import io.lightflow.join.JoinSettings;
import io.lightflow.join.JoinStep;
import io.lightflow.join.StepBounds;
import io.lightflow.position.Books;
import io.lightflow.sink.MemorySink;
import io.lightflow.sink.MemorySink.Moment;
import io.lightflow.store.JoinStore;
import io.lightflow.store.StoreReader;
import io.lightflow.store.StoreWrite;
import io.lightflow.topology.loop.BackoffRetrier;
import io.lightflow.topology.loop.LoopObserver;
import io.lightflow.topology.loop.StoppedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** No record stops the dataflow loop (invariant K). */
class LoopIsolationTest extends DataflowLoopFixture {
    /** An event on which the step fails: its record is not of its type. */
    private static SampleEvent failing(String key, String id) {
        SampleEvent tag = SampleEvent.tag(key, id, TIME, "acme");
        return new SampleEvent(EventType.CLICK, key, id, TIME, tag.record(), tag.body());
    }

    @Test
    void invariantK_eventsOnWhichTheStepFailsAreSetAsideAndAllOthersAreJoined() {
        clicks.append(failing("cookie1", "f1"));
        fill(10);
        clicks.append(failing("cookie2", "f2"), failing("cookie2", "f3"));
        fill(10);
        impressions.append(SampleEvent.impression("cookie9", "last", TIME + 50, "acme"));

        process(all(0));
        process(all(0));

        assertThat(outputs())
                .isEqualTo(Map.of(OutputTopic.IMPRESSIONS, 11L, OutputTopic.CLICKS, 10L, OutputTopic.REJECTED, 3L));
        Books books = ledger.position(0).books();
        assertThat(books.get(EventType.CLICK, Books.Entry.REJECTED)).isEqualTo(3);
        assertThat(books.balanced()).isTrue();
        List<String> reasons = new ArrayList<>();
        OutputReader reader = new OutputReader(new TestSchemas());
        for (List<OutputEvent> commit : ledger.outputs()) {
            for (OutputEvent output : commit) {
                if (reader.read(output).record() instanceof RejectedEvent rejected) {
                    reasons.add(rejected.getReason());
                    assertThat(WireFormat.schemaId(rejected.getValue().array()))
                            .isEqualTo(new TestSchemas().id(Click.getClassSchema()));
                }
            }
        }
        assertThat(reasons).hasSize(3).allMatch(reason -> reason.contains("ClassCastException"));
    }

    @Test
    void invariantK_theCellThatAnotherBuildWroteForAnEventThatIsSetAsideNeverCounts() {
        clicks.append(SampleEvent.click("cookie1", "c", TIME, "acme", "i"));
        DataflowLoop dying = newLoop(time -> {
            throw new InterruptedException("the process ends");
        });
        store.failWrite = Moment.AFTER_COMMIT;
        assertThatThrownBy(() -> dying.process(1, List.of(all(0)))).isInstanceOf(StoppedException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(store.cells).isPositive();

        BlockPart failing = new TopicLog(CLICKS, EventType.CLICK, 2)
                .append(failing("cookie1", "c"))
                .part(0, 1);
        process(new Block(0, List.of(impressions.part(0, 0), failing), TIME));
        impressions.append(SampleEvent.impression("cookie1", "i", TIME, "acme"));
        process(new Block(0, List.of(impressions.part(0, 1), clicks.part(1, 1)), TIME));

        assertThat(outputs()).isEqualTo(Map.of(OutputTopic.IMPRESSIONS, 1L, OutputTopic.REJECTED, 1L));
    }

    @Test
    void invariantK_timersBeyondTheBoundFireInMoreCommitsOfTheSameBatch() {
        bounds = new StepBounds(Long.MAX_VALUE, 4);
        loop = newLoop();
        for (int i = 0; i < 20; i++) {
            clicks.append(SampleEvent.click("cookie" + i, "c" + i, TIME + i, "acme", "i" + i));
        }
        process(block(0, 0, 0, 0, 20));
        long later = TIME + Duration.ofDays(3).toMillis();
        impressions.beacon(later);
        clicks.beacon(later);
        int commits = ledger.outputs().size();

        ledger.failNext(Moment.BEFORE_COMMIT);
        process(block(0, 0, 1, 20, 21));

        assertThat(outputs()).isEqualTo(Map.of(OutputTopic.ORPHANS, 20L));
        assertThat(ledger.outputs().size() - commits).isGreaterThanOrEqualTo(5);
        assertThat(ledger.position(0).watermark())
                .isEqualTo(later - JoinSettings.defaults("us").allowedDisorder().toMillis());
    }

    @Test
    void aFailureOfTheStoreIsNotBlamedOnARecord() {
        fill(3);
        JoinStore broken = new BrokenStore();
        loop = new DataflowLoop(
                () -> new JoinStep(JoinSettings.defaults("us"), new LastClick(), SCHEMAS.ids(), SCHEMAS),
                1,
                broken,
                new StoreIdentity("us", store, () -> storeWasEmpty, () -> ++lastStoreId),
                new MemorySink<>(ledger),
                notices,
                helpers,
                clock,
                new BackoffRetrier(clock, pauses::add, LoopObserver.NONE),
                LoopObserver.NONE);

        assertThatThrownBy(() -> process(all(0))).hasMessage("the store is broken");

        assertThat(outputs()).isEmpty();
    }

    private static final class BrokenStore implements JoinStore {
        @Override
        public StoreReader reader(int shard) {
            return query -> {
                throw new IllegalStateException("the store is broken");
            };
        }

        @Override
        public void write(List<StoreWrite> writes) {}

        @Override
        public void close() {}
    }
}
