package io.lightflow.topology.eventlog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.event.EventType;
import io.lightflow.store.EventCell;
import io.lightflow.store.EventQuery;
import io.lightflow.store.KeyDay;
import io.lightflow.store.StoreUnavailableException;
import io.lightflow.store.StoreWrite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What was appended is found. */
class EventLogTest extends EventLogFixture {
    /** Nearly all events collide. */
    private static final EventHashing WEAK = new EventHashing() {
        @Override
        public int ofKey(int shard, byte[] joinKey) {
            return -(joinKey[joinKey.length - 1] & 1);
        }

        @Override
        public int ofId(EventType type, byte[] id) {
            return -(id[id.length - 1] & 1);
        }
    };

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anyHistoryReadsAsAListOfCellsAlsoIfHashesCollide(boolean weak) throws IOException {
        long seed = Long.getLong("seed", new Random().nextLong());
        Random random = new Random(seed);
        EventHashing hashing = weak ? WEAK : EventHashing.MURMUR;
        EventLogModel model = new EventLogModel(random, 40, 30);
        log = open(directory(), LogPosition.NONE, hashing);
        LogPosition end = LogPosition.NONE;
        for (int round = 0; round < 80; round++) {
            List<EventCell> added = model.next(random.nextInt(random.nextInt(8) == 0 ? 250 : 60));
            LogPosition before = end;
            end = append(log, added);
            model.cells().addAll(added);
            assertThat(end).as("-Dseed=" + seed).isGreaterThanOrEqualTo(before);
            check(model, seed);
            if (random.nextInt(6) == 0) {
                reopen(random.nextBoolean() ? end : LogPosition.NONE, hashing);
                check(model, seed);
            }
        }
        assertThat(indexes().stream().map(EventLogFixture::segments)).anyMatch(segments -> segments > 1);
    }

    private void check(EventLogModel model, long seed) {
        List<EventQuery> queries = model.queries(30);
        List<List<EventCell>> found = log.find(SHARD, queries);
        for (int i = 0; i < queries.size(); i++) {
            assertThat(EventLogModel.text(found.get(i)))
                    .as("query %s, -Dseed=%d", queries.get(i), seed)
                    .isEqualTo(model.answer(queries.get(i)));
        }
        List<KeyDay> days = model.keyDays(30);
        int[] bounds = log.bounds(SHARD, days);
        for (int i = 0; i < bounds.length; i++) {
            assertThat((long) bounds[i])
                    .as("%s, -Dseed=%d", days.get(i), seed)
                    .isGreaterThanOrEqualTo(model.count(days.get(i)));
        }
    }

    @Test
    void boundsOfDaysAreCloseAndZeroForOtherDays() throws IOException {
        log = open(LogPosition.NONE);
        for (int round = 0; round < 10; round++) {
            List<EventCell> cells = new ArrayList<>();
            for (int i = 0; i < 37; i++) {
                cells.add(cell("bot", round + "-" + i, 5 * KeyDay.DAY_MS));
                cells.add(cell("key-" + i, "a" + round, 6 * KeyDay.DAY_MS));
            }
            append(log, cells);
        }
        assertThat(log.bounds(
                        SHARD,
                        List.of(
                                new KeyDay("bot".getBytes(UTF_8), 5),
                                new KeyDay("bot".getBytes(UTF_8), 4),
                                new KeyDay("key-3".getBytes(UTF_8), 7))))
                .satisfies(bounds -> {
                    assertThat(bounds[0]).isBetween(370, 420);
                    assertThat(bounds[1]).isLessThan(50);
                    assertThat(bounds[2]).isLessThan(50);
                });
    }

    @Test
    void readersFindWhatIsAcknowledgedWhileOthersAppend() throws Exception {
        log = open(LogPosition.NONE);
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            List<Future<Integer>> writers = new ArrayList<>();
            for (int w = 0; w < 3; w++) {
                int first = 10_000 * w;
                writers.add(threads.submit(() -> {
                    int missing = 0;
                    for (int i = first; i < first + 1_000; i += 20) {
                        append(log, numbered(i, i + 20));
                        missing += i + 20 - first - found(log, first, i + 20);
                    }
                    return missing;
                }));
            }
            for (Future<Integer> writer : writers) {
                assertThat(writer.get()).isZero();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void anInterruptedThreadHarmsNobody() throws IOException {
        log = open(LogPosition.NONE);
        Thread.currentThread().interrupt();
        append(log, numbered(0, 10));
        assertThat(found(log, 0, 10)).isEqualTo(10);
        assertThat(Thread.interrupted()).isTrue();

        append(log, numbered(10, 20));
        assertThat(found(log, 0, 20)).isEqualTo(20);
    }

    @Test
    void anEventOfAnyTimeIsKept() throws IOException {
        log = open(LogPosition.NONE);
        List<EventCell> cells = List.of(
                cell("k", "least", Long.MIN_VALUE),
                cell("k", "greatest", Long.MAX_VALUE),
                cell("k", "before", -1),
                cell("k", "zero", 0));
        append(log, cells);
        append(log, numbered(0, 2 * SEGMENT_EVENTS));
        EventQuery all =
                new EventQuery(EventType.IMPRESSION, "k".getBytes(UTF_8), null, Long.MIN_VALUE, Long.MAX_VALUE);
        EventQuery some =
                new EventQuery(EventType.IMPRESSION, "k".getBytes(UTF_8), null, -KeyDay.DAY_MS, KeyDay.DAY_MS);

        assertThat(log.find(SHARD, List.of(all)).get(0)).hasSize(4);
        assertThat(log.find(SHARD, List.of(some)).get(0)).hasSize(2);
    }

    @Test
    void aWriteThatFailsIsNotFoundAndTheNextOneSucceeds() throws IOException {
        log = open(LogPosition.NONE);
        append(log, numbered(0, 99));
        Path blocked = SegmentFile.path(directory(), 1);
        Files.createDirectory(blocked);

        assertThatThrownBy(() -> append(log, numbered(99, 150)))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContainingAll(directory().toString(), "tried again");

        Files.delete(blocked);
        LogPosition end = append(log, numbered(99, 150));
        assertThat(found(log, 0, 150)).isEqualTo(150);
        reopen(end, EventHashing.MURMUR);
        assertThat(found(log, 0, 150)).isEqualTo(150);
    }

    @Test
    void shardsHaveTheirOwnEvents() throws IOException {
        log = open(directory(), LogPosition.NONE, WEAK);
        log.append(List.of(
                new StoreWrite(1, List.of(), numbered(0, 120)), new StoreWrite(SHARD, List.of(), numbered(100, 140))));

        assertThat(found(log, 0, 140)).isEqualTo(40);
        assertThat(found(log, 100, 140)).isEqualTo(40);
    }

    @Test
    void aClosedLogRefusesWork() throws IOException {
        log = open(LogPosition.NONE);
        log.close();
        log.close();

        assertThatThrownBy(() -> append(log, numbered(0, 1))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> log.find(SHARD, List.of())).isInstanceOf(IllegalStateException.class);
    }
}
