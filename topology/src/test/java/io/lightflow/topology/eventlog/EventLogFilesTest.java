package io.lightflow.topology.eventlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** The files of the log: recovery, damage, merging, retention and copies. */
class EventLogFilesTest extends EventLogFixture {
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

    private void awaitIndexes(int count) throws IOException {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (indexes().size() < count && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(indexes()).hasSizeGreaterThanOrEqualTo(count);
    }
}
