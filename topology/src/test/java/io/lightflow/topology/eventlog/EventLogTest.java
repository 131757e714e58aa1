package io.lightflow.topology.eventlog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.event.EventType;
import io.lightflow.event.Origin;
import io.lightflow.store.EventCell;
import io.lightflow.store.EventQuery;
import io.lightflow.store.KeyDay;
import io.lightflow.store.StoreUnavailableException;
import io.lightflow.store.StoreWrite;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventLogTest {
    private static final Duration RETENTION = Duration.ofDays(30);
    private static final int SEGMENT_EVENTS = 100;
    private static final int SHARD = 5;
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

    @TempDir
    Path folder;

    private volatile long nowMs = 1_000_000_000_000L;
    private EventLog log;

    @AfterEach
    void closeLog() throws IOException {
        if (log != null) {
            log.close();
        }
    }

    private Path directory() {
        return folder.resolve("events");
    }

    private EventLog open(LogPosition expected) throws IOException {
        return open(directory(), expected, EventHashing.MURMUR);
    }

    private EventLog open(Path directory, LogPosition expected, EventHashing hashing) throws IOException {
        EventLogSettings settings = new EventLogSettings(directory, RETENTION, SEGMENT_EVENTS, 1 << 20, 3);
        return EventLog.open(settings, expected, () -> nowMs, hashing);
    }

    private void reopen(LogPosition expected, EventHashing hashing) throws IOException {
        log.close();
        log = open(directory(), expected, hashing);
    }

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
        assertThat(indexes().stream().map(EventLogTest::segments)).anyMatch(segments -> segments > 1);
    }

    private static LogPosition append(EventLog to, List<EventCell> cells) {
        return to.append(List.of(new StoreWrite(SHARD, List.of(), cells)));
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

    private List<Path> indexes() throws IOException {
        try (Stream<Path> files = Files.list(directory())) {
            return files.filter(file -> file.toString().endsWith(SealedIndex.SUFFIX))
                    .sorted()
                    .toList();
        }
    }

    private static int segments(Path index) {
        String[] numbers =
                index.getFileName().toString().replace(SealedIndex.SUFFIX, "").split("-");
        return Integer.parseInt(numbers[1]) - Integer.parseInt(numbers[0]) + 1;
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

    private static EventCell cell(String key, String id, long time) {
        return new EventCell(
                EventType.IMPRESSION,
                key.getBytes(UTF_8),
                id.getBytes(UTF_8),
                time,
                1,
                0,
                new Origin(1, 1),
                "body".getBytes(UTF_8));
    }

    private static List<EventCell> numbered(int from, int to) {
        List<EventCell> cells = new ArrayList<>();
        for (int i = from; i < to; i++) {
            cells.add(cell("key-" + i % 7, "id-" + i, i));
        }
        return cells;
    }

    private int found(EventLog searched, int from, int to) {
        List<EventQuery> queries = numbered(from, to).stream()
                .map(cell -> new EventQuery(cell.type(), cell.joinKey(), cell.id()))
                .toList();
        return (int) searched.find(SHARD, queries).stream()
                .filter(cells -> !cells.isEmpty())
                .count();
    }

    @Test
    void aTornEndIsCutOffAtEveryByteAndNothingAcknowledgedIsMissing() throws IOException {
        log = open(LogPosition.NONE);
        LogPosition acknowledged = append(log, numbered(0, 5));
        LogPosition end = append(log, numbered(5, 7));
        log.close();
        byte[] whole = Files.readAllBytes(SegmentFile.path(directory(), 0));
        assertThat(whole).hasSize((int) end.length());
        for (int length = (int) acknowledged.length(); length <= whole.length; length++) {
            for (boolean zeros : new boolean[] {false, true}) {
                byte[] torn = Arrays.copyOf(Arrays.copyOf(whole, length), zeros ? whole.length : length);
                Path rest = Files.createDirectories(folder.resolve("torn-" + length + zeros));
                Files.write(SegmentFile.path(rest, 0), torn);
                try (EventLog reopened = open(rest, acknowledged, EventHashing.MURMUR)) {
                    assertThat(found(reopened, 0, 5)).isEqualTo(5);
                    assertThat(found(reopened, 5, 7)).isBetween(0, length == whole.length ? 2 : 1);
                    append(reopened, numbered(7, 9));
                    assertThat(found(reopened, 7, 9)).isEqualTo(2);
                }
                try (EventLog again = open(rest, acknowledged, EventHashing.MURMUR)) {
                    assertThat(found(again, 0, 5) + found(again, 7, 9)).isEqualTo(7);
                }
            }
        }
    }

    @Test
    void damageBeforeTheAcknowledgedEndIsAnErrorAndNotACut() throws IOException {
        log = open(LogPosition.NONE);
        LogPosition acknowledged = append(log, numbered(0, 5));
        append(log, numbered(5, 7));
        log.close();
        Path file = SegmentFile.path(directory(), 0);
        byte[] whole = Files.readAllBytes(file);
        for (int at = 0; at < acknowledged.length(); at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 0x10;
            Files.write(file, damaged);
            assertThatThrownBy(() -> open(acknowledged))
                    .as("damage at byte %d", at)
                    .isInstanceOf(EventLogDamagedException.class)
                    .hasMessageContaining(file.toString());
            Files.write(file, whole);
        }
        Files.write(file, Arrays.copyOf(whole, (int) acknowledged.length() - 1));
        assertThatThrownBy(() -> open(acknowledged)).isInstanceOf(EventLogDamagedException.class);
        Files.delete(file);
        assertThatThrownBy(() -> open(acknowledged)).isInstanceOf(EventLogDamagedException.class);
    }

    @Test
    void damageOfASealedSegmentAndItsIndexIsAnErrorWhenItIsRead() throws IOException {
        log = open(LogPosition.NONE);
        LogPosition end = append(log, numbered(0, 250));
        reopen(end, EventHashing.MURMUR);
        awaitIndexes(2);
        log.close();
        Path file = SegmentFile.path(directory(), 0);
        flip(file, 60);
        log = open(end);
        assertThatThrownBy(() -> found(log, 0, 250)).isInstanceOf(EventLogDamagedException.class);
        log.close();
        flip(file, 60);
        Path index = indexes().get(0);
        int size = (int) Files.size(index);
        for (int at = 0; at < size; at += 7) {
            flip(index, at);
            assertThatThrownBy(() -> {
                        try (EventLog damaged = open(end)) {
                            found(damaged, 0, 250);
                        }
                    })
                    .as("damage at byte %d of %d", at, size)
                    .isInstanceOf(EventLogDamagedException.class)
                    .hasMessageContaining(index.toString());
            flip(index, at);
        }
        Files.delete(file);
        assertThatThrownBy(() -> open(end)).isInstanceOf(EventLogDamagedException.class);
    }

    private static void flip(Path path, long at) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.seek(at);
            int old = file.read();
            file.seek(at);
            file.write(old ^ 0x20);
        }
    }

    private void awaitIndexes(int count) throws IOException {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (indexes().size() < count && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(indexes()).hasSizeGreaterThanOrEqualTo(count);
    }

    @Test
    void aCrashWhileSegmentsAreSealedOrMergedLosesNothing() throws IOException {
        log = open(LogPosition.NONE);
        LogPosition end = append(log, numbered(0, 3 * SEGMENT_EVENTS + 10));
        awaitMerged();
        log.close();
        Path merged = indexes().get(0);
        // Segments whose index was never written, or only in part.
        Path unsealed = Files.createDirectories(folder.resolve("unsealed"));
        for (long number = 0; number < 4; number++) {
            Files.copy(SegmentFile.path(directory(), number), SegmentFile.path(unsealed, number));
        }
        Files.write(unsealed.resolve(merged.getFileName() + ".tmp"), new byte[100]);
        try (EventLog reopened = open(unsealed, end, EventHashing.MURMUR)) {
            assertThat(found(reopened, 0, 310)).isEqualTo(310);
        }
        // Indexes whose merge was not finished, or whose inputs were not deleted.
        try (EventLog reopened = open(unsealed, end, EventHashing.MURMUR)) {
            assertThat(found(reopened, 0, 310)).isEqualTo(310);
        }
        Path inputs = folder.resolve("inputs");
        copyOpenSegments(inputs, end);
        Files.copy(merged, inputs.resolve(merged.getFileName()));
        try (EventLog reopened = open(inputs, end, EventHashing.MURMUR)) {
            assertThat(found(reopened, 0, 310)).isEqualTo(310);
        }
        assertThat(inputs.resolve("000000000001-000000000001.index")).doesNotExist();
    }

    private void awaitMerged() throws IOException {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (indexes().stream().noneMatch(index -> segments(index) == 3)
                || indexes().size() > 1) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    /** The same segments with an index each. */
    private void copyOpenSegments(Path to, LogPosition end) throws IOException {
        Files.createDirectories(to);
        for (long number = 0; number < 4; number++) {
            Files.copy(SegmentFile.path(directory(), number), SegmentFile.path(to, number));
        }
        EventLogSettings settings = new EventLogSettings(to, RETENTION, SEGMENT_EVENTS, 1 << 20, 100);
        LogView view = new LogRecovery(settings, EventHashing.MURMUR, end).open(nowMs);
        for (OpenSegment segment : view.open()) {
            if (segment.isEnded()) {
                IndexFiles.seal(to, segment);
            }
        }
        for (SegmentFile file : view.files().values()) {
            file.close();
        }
    }

    @Test
    void segmentsAreDroppedWholeOnceTheRetentionHasPassedSinceTheyWereFull() throws IOException {
        log = open(LogPosition.NONE);
        append(log, numbered(0, SEGMENT_EVENTS));
        nowMs += RETENTION.toMillis() / 2;
        append(log, numbered(SEGMENT_EVENTS, 2 * SEGMENT_EVENTS + 1));
        awaitIndexes(1);
        nowMs += RETENTION.toMillis() - 1;
        LogPosition end = append(log, numbered(500, 501));
        reopen(end, EventHashing.MURMUR);
        assertThat(found(log, 0, SEGMENT_EVENTS)).isEqualTo(SEGMENT_EVENTS);
        nowMs += 1;
        appendUntilGone(0, SEGMENT_EVENTS);
        end = append(log, numbered(501, 502));

        assertThat(found(log, 0, SEGMENT_EVENTS)).isZero();
        assertThat(found(log, 500, 502)).isEqualTo(2);
        assertThat(SegmentFile.path(directory(), 0)).doesNotExist();
        reopen(end, EventHashing.MURMUR);
        assertThat(found(log, 500, 502)).isEqualTo(2);

        nowMs += 3 * RETENTION.toMillis();
        for (int i = 600; i < 640; i++) {
            append(log, numbered(i, i + 1));
            nowMs += RETENTION.toMillis() / 10;
        }
        appendUntilGone(500, 502);
        assertThat(found(log, 500, 502)).isZero();
        assertThat(found(log, 630, 640)).isEqualTo(10);
    }

    /** Sealing in the background puts a drop off. */
    private void appendUntilGone(int from, int to) {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (found(log, from, to) > 0 && System.nanoTime() < deadline) {
            append(log, numbered(9_000, 9_001));
        }
    }

    @Test
    void aClockThatGoesBackDropsNothing() throws IOException {
        log = open(LogPosition.NONE);
        append(log, numbered(0, 250));
        nowMs -= 3 * RETENTION.toMillis();
        LogPosition end = append(log, numbered(250, 260));
        reopen(end, EventHashing.MURMUR);
        append(log, numbered(260, 270));

        assertThat(found(log, 0, 270)).isEqualTo(270);
    }

    @Test
    void aCopyIsWholeWhileAppendsGoOn() throws Exception {
        log = open(LogPosition.NONE);
        EventLog appended = log;
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            LogPosition end = append(log, numbered(0, 150));
            Future<?> appends = thread.submit(() -> {
                for (int i = 150; i < 1_500; i += 10) {
                    append(appended, numbered(i, i + 10));
                }
            });
            for (int copy = 0; copy < 5; copy++) {
                Path target = folder.resolve("copy-" + copy);
                log.checkpoint(target);
                try (EventLog copied = open(target, end, EventHashing.MURMUR)) {
                    assertThat(found(copied, 0, 150)).isEqualTo(150);
                    append(copied, numbered(5_000, 5_010));
                }
            }
            appends.get();
        } finally {
            thread.shutdownNow();
        }
        assertThat(found(log, 0, 1_500)).isEqualTo(1_500);
        assertThat(found(log, 5_000, 5_010)).isZero();
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
