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
import io.lightflow.event.WriterSchemas;
import io.lightflow.identity.StoreIdentity;
import io.lightflow.invariant.EvolvedSchemas;
import io.lightflow.invariant.OutputReader;
import io.lightflow.invariant.SampleEvent;
import io.lightflow.invariant.TestSchemas;
import io.lightflow.invariant.TopicLog;
import io.lightflow.join.JoinSettings;
import io.lightflow.join.JoinStep;
import io.lightflow.join.OtherBuildStore;
import io.lightflow.join.StepBounds;
import io.lightflow.position.Books;
import io.lightflow.position.Position;
import io.lightflow.position.StoreVersion;
import io.lightflow.sink.Commit;
import io.lightflow.sink.FencedException;
import io.lightflow.sink.MemorySink;
import io.lightflow.sink.MemorySink.Moment;
import io.lightflow.sink.ShardMove;
import io.lightflow.store.JoinStore;
import io.lightflow.store.StoreReader;
import io.lightflow.store.StoreWrite;
import io.lightflow.topology.ManualClock;
import io.lightflow.topology.loop.BackoffRetrier;
import io.lightflow.topology.loop.RetryException;
import io.lightflow.topology.loop.StopNotices;
import io.lightflow.topology.loop.StoppedException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

/** The dataflow loop over a sink and a store that fail: what comes out is what comes out without failures. */
class DataflowLoopTest {
    private static final long TIME = 1_704_067_200_000L;
    private static final String IMPRESSIONS = "us-east.impressions";
    private static final String CLICKS = "us-west.clicks";
    private static final TestSchemas SCHEMAS = new TestSchemas();

    private final MemorySink.Store<List<OutputEvent>> ledger = new MemorySink.Store<>();
    private FailingStore store = new FailingStore();
    private boolean storeWasEmpty;
    private int lastStoreId;
    private final Map<Integer, String> stops = new TreeMap<>();
    private final StopNotices notices = new StopNotices() {
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
    private final ManualClock clock = new ManualClock();
    private final List<Duration> pauses = new ArrayList<>();
    /** Do everything at once unless told otherwise. */
    private Executor helpers = Runnable::run;

    private final TopicLog impressions = new TopicLog(IMPRESSIONS, EventType.IMPRESSION, 1);
    private final TopicLog clicks = new TopicLog(CLICKS, EventType.CLICK, 2);
    private DataflowLoop loop = newLoop();
    private long txid;

    /** Finds the schemas of stored bodies. */
    private WriterSchemas writerSchemas = SCHEMAS;

    private StepBounds bounds = StepBounds.NONE;

    private DataflowLoop newLoop() {
        return newLoop(pauses::add);
    }

    private DataflowLoop newLoop(BackoffRetrier.Pause pause) {
        return new DataflowLoop(
                () -> new JoinStep(JoinSettings.defaults("us"), new LastClick(), SCHEMAS.ids(), writerSchemas, bounds),
                2,
                store,
                new StoreIdentity("us", store, () -> storeWasEmpty, () -> ++lastStoreId),
                new MemorySink<>(ledger),
                notices,
                helpers,
                clock,
                new BackoffRetrier(clock, pause));
    }

    @Test
    void anUnavailableRegistryIsWaitedForWhenAStoredBodyHasAnotherSchema() {
        fill(10);
        store.build = OtherBuildStore.withSchemas(SCHEMAS, EvolvedSchemas::withMoreFields);
        process(block(0, 0, impressions.end(), 0, 0));
        List<Integer> asked = new ArrayList<>();
        writerSchemas = id -> {
            asked.add(id);
            if (asked.size() <= 3) {
                throw new WriterSchemas.SchemasUnavailableException("told to fail", null);
            }
            return SCHEMAS.byId(id);
        };
        loop = newLoop();
        process(all(0));
        assertThat(pauses).hasSize(3);
        assertJoined(10, 10);
    }

    @Test
    void anAttemptCommitsItsNumberBeforeItWritesACell() {
        fill(10);
        store.onWrite = () -> assertThat(ledger.position(0).join().takeovers()).isEqualTo(1);
        process(block(0, 0, 2, 0, 2));
        store.onWrite = () -> {};
        loop = newLoop();
        process(all(0));
        assertThat(ledger.position(0).join().takeovers()).isEqualTo(2);
        assertJoined(10, 10);
    }

    @Test
    void anAttemptWhoseNumberMayBeCommittedTakesAnother() {
        fill(10);
        for (Moment moment : Moment.values()) {
            loop = newLoop();
            ledger.failNext(moment);
            process(all(0));
        }
        assertThat(pauses).hasSize(2);
        assertThat(ledger.position(0).join().takeovers()).isEqualTo(3);
        assertJoined(10, 10);
    }

    private DataflowLoopTest fill(int journeys) {
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

    private Block block(int shard, long fromImpressions, long toImpressions, long fromClicks, long toClicks) {
        return new Block(
                shard,
                List.of(impressions.part(fromImpressions, toImpressions), clicks.part(fromClicks, toClicks)),
                TIME);
    }

    private Block all(int shard) {
        return block(shard, 0, impressions.end(), 0, clicks.end());
    }

    private void process(Block... blocks) {
        loop.process(++txid, List.of(blocks));
    }

    private Map<OutputTopic, Long> outputs() {
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
    private List<List<OutputEvent>> commits() {
        return ledger.outputs().stream().filter(commit -> !commit.isEmpty()).toList();
    }

    /** Lets the loop open shards, before anything fails. */
    private void open(int... shards) {
        for (int shard : shards) {
            process(block(shard, 0, 0, 0, 0));
        }
    }

    private void assertJoined(long impressionCount, long clickCount) {
        assertThat(outputs())
                .isEqualTo(Map.of(OutputTopic.IMPRESSIONS, impressionCount, OutputTopic.CLICKS, clickCount));
    }

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
                new BackoffRetrier(clock, pauses::add));

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

    @Test
    void invariantA_aCommitThatFailedIsMadeAgainInPlaceFromTheLedger() {
        fill(10).open(0);
        ledger.failNext(Moment.BEFORE_COMMIT);
        process(all(0));

        assertJoined(10, 10);
        assertThat(ledger.position(0).books().get(EventType.CLICK, Books.Entry.DUPLICATE))
                .isEqualTo(2);
        assertThat(pauses).hasSize(1);
    }

    @Test
    void invariantA_aCommitWhoseAnswerWasLostIsNotMadeTwice() {
        fill(10).open(0);
        ledger.failNext(Moment.AFTER_COMMIT);
        process(block(0, 0, 6, 0, 3));
        process(all(0));

        assertJoined(10, 10);
        assertThat(commits()).hasSize(2);
    }

    @Test
    void anOutageIsWaitedOutHoweverLongAndMoreAndMorePatiently() {
        fill(10);
        process(block(0, 0, 2, 0, 2), block(1, 0, 2, 0, 2));
        ledger.failNext(Moment.AFTER_COMMIT);
        store.failRead = true;
        for (int i = 0; i < 50; i++) {
            ledger.failNextOpen();
        }
        process(all(0), all(1));

        assertThat(outputs()).isEqualTo(Map.of(OutputTopic.IMPRESSIONS, 20L, OutputTopic.CLICKS, 20L));
        assertThat(pauses).hasSizeGreaterThan(50).isSorted().startsWith(Duration.ofMillis(100), Duration.ofMillis(200));
        assertThat(pauses.get(pauses.size() - 1)).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void anInterruptionEndsTheWaiting() {
        fill(4);
        DataflowLoop interrupted = newLoop(time -> {
            throw new InterruptedException();
        });
        ledger.failNext(Moment.BEFORE_COMMIT);

        // Storm looks for that cause.
        assertThatThrownBy(() -> interrupted.process(1, List.of(all(0))))
                .isInstanceOf(StoppedException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(ledger.position(0).topics()).isEmpty();
    }

    @Test
    void invariantB_aGapInABatchThatIsTriedAgainIsStillAskedForAgainFromTheLedger() {
        fill(10).open(0, 1);
        ledger.failNext(Moment.BEFORE_COMMIT);
        assertThatThrownBy(() -> process(block(0, 4, 10, 2, 12), all(1))).isInstanceOf(RetryException.class);
        // The shard was not stopped by that, though it was worked on twice.
        process(all(0));

        assertThat(outputs()).isEqualTo(Map.of(OutputTopic.IMPRESSIONS, 20L, OutputTopic.CLICKS, 20L));
    }

    @Test
    void invariantB_aBatchThatComesAgainLongerShorterOrTheSameCountsOnce() {
        fill(10);
        process(block(0, 0, 4, 0, 4));
        process(block(0, 0, 4, 0, 4));
        process(block(0, 0, 2, 0, 1));
        process(block(0, 2, 8, 4, 4));
        process(all(0));
        process(all(0));

        assertJoined(10, 10);
        assertThat(ledger.position(0).books().balanced()).isTrue();
        assertThat(ledger.position(0).nextOffset(CLICKS, 2)).isEqualTo(clicks.end());
    }

    @Test
    void invariantC_cellsThatWereWrittenBeforeAFailureAreGhosts() {
        fill(10);
        store.failWrite = Moment.AFTER_COMMIT;
        DataflowLoop killed = newLoop(time -> {
            throw new InterruptedException();
        });
        assertThatThrownBy(() -> killed.process(1, List.of(all(0)))).isInstanceOf(StoppedException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(commits()).isEmpty();
        // Only clicks come this time: the impressions in the store have never been committed.
        process(block(0, 0, 0, 0, clicks.end()));
        assertThat(outputs()).isEmpty();

        process(block(0, 0, impressions.end(), clicks.end(), clicks.end()));

        assertJoined(10, 10);
    }

    @Test
    void aBatchIsSteppedWhileTheOneBeforeIsCommittedAndWritesNoCellsUntilThatIsKnown() {
        fill(10);
        List<Runnable> later = new ArrayList<>();
        helpers = later::add;
        loop = newLoop();
        process(block(0, 0, 4, 0, 4));
        assertThat(commits()).isEmpty();

        long written = store.cells;
        store.onRead = () -> {
            assertThat(commits()).isEmpty();
            store.onWrite = () -> assertThat(commits()).hasSize(1);
        };
        process(block(0, 4, 8, 4, 8));
        assertThat(store.cells).isGreaterThan(written);
        store.onRead = () -> {};
        store.onWrite = () -> {};

        process();
        assertThat(commits()).hasSize(2);
        later.forEach(Runnable::run);
        process(all(0));
        loop.close();
        assertJoined(10, 10);
    }

    @Test
    void aCommitThatFailsInTheBackgroundIsMadeAgainTogetherWithWhatWasBuiltUponIt() {
        fill(10);
        for (Moment moment : Moment.values()) {
            DataflowLoopTest test = new DataflowLoopTest().fill(10);
            test.helpers = work -> {};
            test.loop = test.newLoop();
            test.process(test.block(0, 0, 4, 0, 4));
            test.ledger.failNext(moment);
            test.process(test.block(0, 4, 8, 4, 8));
            test.process(test.all(0));
            test.process();

            test.assertJoined(10, 10);
            assertThat(test.commits()).hasSize(3);
            assertThat(test.pauses).hasSize(1);
        }
    }

    @Test
    void whoClosesTheLoopDoesNotLoseTheCommitInFlight() {
        fill(10);
        helpers = work -> {};
        loop = newLoop();
        process(all(0));
        loop.close();

        assertJoined(10, 10);
    }

    @Test
    void aLastCommitThatFailsDoesNotKeepTheLoopFromBeingClosed() {
        fill(10);
        helpers = work -> {};
        loop = newLoop();
        process(all(0));
        ledger.failNext(Moment.BEFORE_COMMIT);
        loop.close();

        assertThat(ledger.position(0).topics()).isEmpty();
    }

    @Test
    void shardsThatAreSteppedAtOnceComeOutAsOneAfterTheOther() {
        fill(2_000);
        Block[] blocks = {all(0), all(1), all(2), all(3), all(4)};
        process(blocks);

        DataflowLoopTest atOnce = new DataflowLoopTest();
        atOnce.helpers = work -> new Thread(work).start();
        atOnce.loop = atOnce.newLoop();
        atOnce.process(blocks);
        atOnce.process();

        assertThat(atOnce.bodies()).isEqualTo(bodies());
    }

    private List<ByteBuffer> bodies() {
        return ledger.outputs().stream()
                .flatMap(List::stream)
                .map(output -> ByteBuffer.wrap(output.value()))
                .toList();
    }

    @Test
    void aBatchWithNothingNewIsNoCommit() {
        fill(3);
        process(all(0));
        process(all(0));
        process(block(0, impressions.end(), impressions.end(), clicks.end(), clicks.end()));
        process();

        assertThat(commits()).hasSize(1);
    }

    @Test
    void invariantB_aGapStopsItsShardAfterOneRetryAndNoOther() {
        fill(10);
        process(block(0, 0, 2, 0, 2), block(1, 0, 2, 0, 2), block(2, 0, 2, 0, 2));
        Block[] blocks = {block(0, 4, 10, 2, 12), block(1, 2, 10, 2, 14), block(2, 3, 10, 2, 12)};

        assertThatThrownBy(() -> process(blocks))
                .isInstanceOf(RetryException.class)
                .hasMessageContaining(IMPRESSIONS + "-0")
                .hasMessageContaining("offset 2")
                .hasMessageContaining("offset 4");
        process(blocks);
        process(blocks);

        assertThat(ledger.position(0).nextOffset(IMPRESSIONS, 1)).isEqualTo(2);
        assertThat(ledger.position(1).nextOffset(IMPRESSIONS, 1)).isEqualTo(10);
        assertThat(ledger.position(2).nextOffset(IMPRESSIONS, 1)).isEqualTo(2);

        clock.advance(Duration.ofSeconds(118));
        process(blocks);
        clock.advance(Duration.ofSeconds(2));
        assertThatThrownBy(() -> process(blocks)).isInstanceOf(RetryException.class);
        process(all(0), all(1), all(2));
        assertThat(ledger.position(0).nextOffset(IMPRESSIONS, 1)).isEqualTo(10);
        assertThat(ledger.position(2).nextOffset(IMPRESSIONS, 1)).isEqualTo(10);
    }

    @Test
    void invariantB_aStoppedShardGoesOnSoonAfterAnOperatorHasAcceptedTheGap() {
        fill(10);
        process(block(0, 0, 2, 0, 2), block(1, 0, 2, 0, 2));
        Block[] gap = {block(0, 4, 10, 2, 12), block(1, 2, 10, 2, 12)};
        assertThatThrownBy(() -> process(gap)).isInstanceOf(RetryException.class);
        process(gap);
        clock.advance(Duration.ofSeconds(2));
        process(gap);
        acceptGap(4);

        clock.advance(Duration.ofSeconds(2));
        assertThatThrownBy(this::process).isInstanceOf(RetryException.class);
        process(gap);

        assertThat(ledger.position(0).nextOffset(IMPRESSIONS, 1)).isEqualTo(10);
        assertThat(ledger.position(1).nextOffset(IMPRESSIONS, 1)).isEqualTo(10);
    }

    @Test
    void invariantL_aLostStoreStopsItsShardsBeforeTheyCommitAnything() {
        fill(10);
        process(block(0, 0, 4, 0, 4), block(1, 0, 4, 0, 4));
        store = new FailingStore();
        loop = newLoop();
        int commits = ledger.outputs().size();
        process(all(0), all(1));
        process(all(0), all(1));

        assertThat(ledger.outputs()).hasSize(commits);
        assertThat(stops).containsOnlyKeys(0, 1);
        assertThat(stops.get(1))
                .contains("shard 1", "at write 1", "no mark of it")
                .contains("lightflow rebuild-store --settings FILE");
    }

    @Test
    void invariantL_anOlderCopyOfTheStoreStopsItsShardAndIsToldByItsLastWrite() {
        impressions.beacon(TIME);
        fill(300);
        process(block(0, 0, 1, 0, 0));
        FailingStore copy = store;
        for (int i = 1; i < 150; i++) {
            copy = i == 70 ? store.copy() : copy;
            process(block(0, i, i + 1, i - 1, i));
        }
        assertThat(ledger.position(0).store().sequence()).isEqualTo(150);
        store = copy;
        loop = newLoop();
        process(all(0));

        assertThat(stops.get(0)).contains("at write 150", "an older copy that ends at write 70");
    }

    @Test
    void invariantL_aStoreOfAnotherLedgerStopsItsShard() {
        fill(10);
        process(block(0, 0, 4, 0, 4));
        DataflowLoopTest other = new DataflowLoopTest().fill(10);
        other.lastStoreId = 70;
        other.process(other.block(0, 0, 4, 0, 4));
        store = other.store;
        loop = newLoop();
        process(all(0));

        assertThat(stops.get(0)).contains("no mark of it");
    }

    @Test
    void invariantL_aLedgerThatWasSetBackStopsItsShard() {
        fill(10);
        process(block(0, 0, 2, 0, 2));
        ledger.set(0, Position.START);
        process();
        loop = newLoop();
        process(block(0, 0, 4, 0, 4));
        process(block(0, 4, 6, 4, 6));
        process();
        ledger.set(0, Position.START);
        loop = newLoop();
        process(block(0, 0, 4, 0, 4));
        assertThat(stops).as("two writes ahead").isEmpty();
        process(block(0, 4, 6, 4, 6));
        process(block(0, 6, 8, 6, 8));
        process();
        ledger.set(0, Position.START);
        loop = newLoop();
        process(all(0));

        assertThat(stops.get(0)).contains("newer than the ledger", "found at least write 3");
    }

    @Test
    void invariantL_aLedgerWithoutAStoreAdoptsOneThatHoldsCellsAndRefusesAnEmptyOne() {
        fill(10);
        process(block(0, 0, 4, 0, 4));
        ledger.set(0, ledger.position(0).with(StoreVersion.UNKNOWN));
        storeWasEmpty = true;
        loop = newLoop();
        process(all(0));
        assertThat(stops.get(0)).contains("is empty", "rebuild-store");

        storeWasEmpty = false;
        loop = newLoop();
        process(all(0));
        assertThat(stops).isEmpty();
        assertJoined(10, 10);
        assertThat(ledger.position(0).store().isKnown()).isTrue();
    }

    @Test
    void invariantL_aQuietShardMarksItsStoreAnewBeforeTheMarkCanExpire() {
        fill(1);
        process(all(0));
        long sequence = ledger.position(0).store().sequence();
        long hourMs = Duration.ofHours(1).toMillis();
        for (int hour = 1; hour <= 12; hour++) {
            impressions.beacon(TIME + hour * hourMs);
            clicks.beacon(TIME + hour * hourMs);
            process(new Block(
                    0,
                    List.of(
                            impressions.part(impressions.end() - 1, impressions.end()),
                            clicks.part(clicks.end() - 1, clicks.end())),
                    TIME + hour * hourMs));
        }
        process();
        assertThat(ledger.position(0).store().sequence()).isEqualTo(sequence + 2);
    }

    /** The effect of an operator's command on shard 0. */
    private void acceptGap(long to) {
        MemorySink<List<OutputEvent>> operator = new MemorySink<>(ledger);
        Position before = operator.open(0);
        ShardMove move = new ShardMove(0, before, before.acceptingGap(IMPRESSIONS, to));
        operator.commit(List.of(new Commit<>(List.of(move), List.of())));
    }

    @Test
    void whoeverLosesAShardCommitsNothingMoreOfIt() {
        fill(4);
        process(block(0, 0, 2, 0, 2));
        new MemorySink<>(ledger).open(0);

        assertThatThrownBy(() -> process(all(0))).isInstanceOf(FencedException.class);
        assertJoined(2, 2 - 1);
    }

    @Test
    void totalsAreExactWhateverFails() {
        for (int seed = 0; seed < 100; seed++) {
            new DataflowLoopTest().fill(40).failAtRandom(seed);
        }
    }

    private void failAtRandom(int seed) {
        Random random = new Random(seed);
        helpers = work -> {
            if (random.nextBoolean()) {
                work.run();
            }
        };
        loop = newLoop();
        long[] next = new long[2];
        boolean done = false;
        while (!done) {
            switch (random.nextInt(13)) {
                case 0 -> ledger.failNext(Moment.BEFORE_COMMIT);
                case 1 -> ledger.failNext(Moment.AFTER_COMMIT);
                case 2 -> store.failWrite = Moment.BEFORE_COMMIT;
                case 3 -> store.failWrite = Moment.AFTER_COMMIT;
                case 4 -> store.failRead = true;
                case 5 -> ledger.failNextOpen();
                case 6 -> loop = newLoop();
                default -> {
                    // Nothing fails this time.
                }
            }
            long toImpressions = Math.min(impressions.end(), next[0] + random.nextInt(9));
            long toClicks = Math.min(clicks.end(), next[1] + random.nextInt(9));
            try {
                process(block(0, next[0], toImpressions, next[1], toClicks));
                next[0] = toImpressions;
                next[1] = toClicks;
            } catch (RetryException e) {
                // The loop that had the commits before in flight is no more.
                next[0] = ledger.position(0).nextOffset(IMPRESSIONS, 1);
                next[1] = ledger.position(0).nextOffset(CLICKS, 2);
            }
            done = ledger.position(0).nextOffset(IMPRESSIONS, 1) == impressions.end()
                    && ledger.position(0).nextOffset(CLICKS, 2) == clicks.end();
        }
        assertThat(outputs())
                .as("seed %d", seed)
                .isEqualTo(Map.of(OutputTopic.IMPRESSIONS, 40L, OutputTopic.CLICKS, 40L));
        assertThat(ledger.position(0).books().balanced()).isTrue();
        assertThat(ledger.position(0).books().get(EventType.CLICK, Books.Entry.DUPLICATE))
                .isEqualTo(8);
    }
}
