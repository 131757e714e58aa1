package io.lightflow.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.event.EventType;
import io.lightflow.event.TraceParent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {
    private static final int SEGMENT_BYTES = 1_000;
    private static final long MAX_BYTES = 1 << 20;

    @TempDir
    Path temporary;

    private Path directory;
    private DeliveryCounters counters = new DeliveryCounters();

    @BeforeEach
    void setUp() {
        directory = temporary.resolve("spool");
    }

    @Test
    void acceptedEventsAreReadInOrderAlsoByTheNextProcess() throws IOException {
        Spool spool = open();
        append(spool, 0, 50);
        assertThat(read(spool)).isEqualTo(numbers(0, 50));
        // No close: the process has crashed.
        Spool next = openAnew(spool);
        assertThat(counters.recovered.sum()).isEqualTo(50);
        append(next, 50, 60);
        assertThat(read(next)).isEqualTo(numbers(0, 60));
        next.close();
    }

    @Test
    void addedEventsAreWrittenInOrderWhenTheyAreForcedOrAnotherOneIsAppended() throws IOException {
        Spool spool = open();
        append(spool, 0, 2);
        for (int i = 2; i < 40; i++) {
            spool.add(event(i));
        }
        assertThat(read(spool)).isEqualTo(numbers(0, 2));
        spool.force(spool.end());
        assertThat(read(spool)).isEqualTo(numbers(0, 40));
        spool.add(event(40));
        append(spool, 41, 42);
        Spool next = openAnew(spool);
        assertThat(counters.recovered.sum()).isEqualTo(42);
        assertThat(read(next)).isEqualTo(numbers(0, 42));
        next.close();
    }

    @Test
    void anEventThatCannotBeWrittenTakesNoRoom() throws IOException {
        Spool spool = open();
        append(spool, 0, 1);
        spool.add(event(1));
        long end = spool.end();
        // Nothing can be written to a closed file.
        spool.segmentFor(0).close();
        assertThatThrownBy(() -> spool.append(event(2))).isInstanceOf(IOException.class);
        assertThat(spool.end()).isEqualTo(end);
        assertThatThrownBy(() -> spool.force(end)).isInstanceOf(IOException.class);
    }

    @Test
    void eventsInMemoryAreBounded() throws IOException {
        Spool spool = Spool.open(directory, 8 << 20, SEGMENT_BYTES, counters);
        for (int i = 0; i < 10_000; i++) {
            spool.add(event(i));
        }
        assertThat(spool.bytes()).isGreaterThan(500_000);
        spool.close();
        Spool next = open();
        assertThat(read(next)).isEqualTo(numbers(0, 10_000));
        next.close();
    }

    @Test
    void anAcknowledgedEventIsNotResentAndItsFileIsDeleted() throws IOException {
        Spool spool = open();
        append(spool, 0, 100);
        assertThat(files()).hasSizeGreaterThan(5);
        SpoolCursor cursor = new SpoolCursor(spool, spool.acknowledged());
        for (int i = 0; i < 93; i++) {
            cursor.next();
        }
        spool.acknowledge(cursor.position());
        spool.deleteAcknowledged();
        assertThat(files()).hasSizeLessThan(4);
        Spool next = openAnew(spool);
        assertThat(counters.recovered.sum()).isEqualTo(7);
        assertThat(read(next)).isEqualTo(numbers(93, 100));
        next.acknowledge(next.end());
        next.close();

        counters = new DeliveryCounters();
        Spool empty = open();
        assertThat(counters.recovered.sum()).isZero();
        assertThat(read(empty)).isEmpty();
        append(empty, 100, 103);
        assertThat(read(empty)).isEqualTo(numbers(100, 103));
        assertThat(empty.bytes()).isLessThan(SEGMENT_BYTES);
        empty.close();
    }

    @Test
    void anIncompleteEndIsTruncatedAtAnyByteAndTheRestIsKept() throws IOException {
        Spool spool = open();
        append(spool, 0, 4);
        long whole = spool.end();
        append(spool, 4, 5);
        byte[] bytes = Files.readAllBytes(files().get(0));
        for (int length = (int) whole; length < bytes.length; length++) {
            for (byte filler : new byte[] {0, 1, -1}) {
                byte[] torn = java.util.Arrays.copyOf(bytes, bytes.length);
                java.util.Arrays.fill(torn, length, torn.length, filler);
                torn[torn.length - 1] ^= 0x55;
                Path one = directory.resolveSibling("torn-" + length + "-" + filler);
                Files.createDirectories(one);
                Files.write(one.resolve(files().get(0).getFileName()), length % 2 == 0 ? torn : cut(torn, length));
                Spool recovered = Spool.open(one, MAX_BYTES, SEGMENT_BYTES, new DeliveryCounters());
                append(recovered, 9, 10);
                assertThat(read(recovered)).as("torn at %d", length).containsExactly(0, 1, 2, 3, 9);
                recovered.close();
            }
        }
        spool.close();
    }

    private static byte[] cut(byte[] bytes, int length) {
        return java.util.Arrays.copyOf(bytes, length);
    }

    @Test
    void aDamagedFileInTheMiddleIsCopiedForTheOperatorAndTheOthersAreSent() throws IOException {
        Spool spool = open();
        append(spool, 0, 60);
        Path damaged = files().get(1);
        byte[] bytes = Files.readAllBytes(damaged);
        bytes[bytes.length / 2] ^= 1;
        Files.write(damaged, bytes);
        Spool next = openAnew(spool);
        assertThat(read(next)).isSorted().startsWith(0).endsWith(59).hasSizeBetween(45, 59);
        Path kept = directory.resolve(damaged.getFileName() + ".damaged");
        assertThat(Files.readAllBytes(kept)).isEqualTo(bytes);
        next.close();
    }

    @Test
    void filesWrittenAheadAreReadUpToTheirZeros() throws IOException {
        Spool spool = openWithFilesWrittenAhead();
        assertThat(read(spool)).isEqualTo(numbers(0, 60));
        assertThat(files().stream().skip(1)).allSatisfy(file -> assertThat(file).hasSize(SEGMENT_BYTES));
        Spool next = openAnew(spool);
        assertThat(counters.recovered.sum()).isEqualTo(60);
        append(next, 60, 70);
        assertThat(read(next)).isEqualTo(numbers(0, 70));
        assertThat(damaged()).isEmpty();
        next.close();
    }

    @Test
    void anInterruptedThreadForcesAFileThatWasWrittenAhead() throws IOException {
        Spool spool = openWithFilesWrittenAhead();
        Thread.currentThread().interrupt();
        spool.force(spool.end());
        assertThat(Thread.interrupted()).isTrue();
        append(spool, 60, 61);
        spool.force(spool.end());
        assertThat(read(spool)).isEqualTo(numbers(0, 61));
        spool.close();
        assertThat(Files.size(files().get(files().size() - 1))).isLessThan(SEGMENT_BYTES);
    }

    @Test
    void zerosInPlaceOfEventsAreDamage() throws IOException {
        Spool spool = openWithFilesWrittenAhead();
        Path file = files().get(2);
        byte[] bytes = Files.readAllBytes(file);
        Arrays.fill(bytes, bytes.length / 2, bytes.length, (byte) 0);
        Files.write(file, bytes);
        Spool next = openAnew(spool);
        assertThat(read(next)).isSorted().startsWith(0).endsWith(59).hasSizeLessThan(60);
        assertThat(damaged()).hasSize(1);
        next.close();
    }

    /** A spool with 60 events, all but the first in files that were written ahead. */
    private Spool openWithFilesWrittenAhead() throws IOException {
        Spool spool = open();
        for (int i = 0; i < 60; i++) {
            append(spool, i, i + 1);
            spool.preallocate();
            spool.preallocate();
        }
        spool.force(spool.end());
        return spool;
    }

    private List<Path> damaged() throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(file -> file.toString().endsWith(".damaged")).toList();
        }
    }

    @Test
    void aLostMarkMakesTheSpoolResendEventsAndLosesNone() throws IOException {
        Spool spool = open();
        append(spool, 0, 5);
        SpoolCursor cursor = new SpoolCursor(spool, 0);
        cursor.next();
        spool.acknowledge(cursor.position());
        spool.deleteAcknowledged();
        try (var mark = Files.newByteChannel(directory.resolve("acknowledged"), StandardOpenOption.WRITE)) {
            mark.write(ByteBuffer.wrap(new byte[] {9}));
        }
        Spool next = openAnew(spool);
        assertThat(read(next)).isEqualTo(numbers(0, 5));
        next.close();
    }

    @Test
    void aMarkBeyondTheEndAfterAPowerFailureIsTrusted() throws IOException {
        Spool spool = open();
        append(spool, 0, 5);
        spool.acknowledge(spool.end());
        spool.deleteAcknowledged();
        Path file = files().get(0);
        Spool next = openAnew(spool);
        next.close();
        Files.write(file, new byte[0]);
        Spool after = open();
        append(after, 5, 7);
        assertThat(read(after)).isEqualTo(numbers(5, 7));
        after.close();
    }

    @Test
    void aFullSpoolAcceptsNoEventUntilOneIsAcknowledged() throws IOException {
        Spool spool = Spool.open(directory, 2_000, SEGMENT_BYTES, counters);
        int accepted = 0;
        try {
            for (; accepted < 1_000; accepted++) {
                spool.append(event(accepted));
            }
        } catch (SpoolFullException e) {
            assertThat(e).hasMessageContaining("maxBytes = 2000").hasMessageContaining(directory.toString());
        }
        assertThat(accepted).isBetween(10, 100);
        assertThat(spool.bytes()).isLessThanOrEqualTo(2_000);
        assertThat(read(spool)).isEqualTo(numbers(0, accepted));
        spool.acknowledge(spool.end());
        append(spool, accepted, accepted + 1);
        spool.close();
    }

    @Test
    void onlyOneSpoolAtATimeUsesADirectory() throws IOException {
        Spool spool = open();
        assertThatThrownBy(this::open)
                .isInstanceOf(SpoolException.class)
                .hasMessageContaining("locked")
                .hasMessageContaining("its own directory");
        spool.close();
        open().close();
    }

    @Test
    void anInterruptedThreadDoesNotBreakTheSpoolForTheOthers() throws IOException {
        Spool spool = open();
        Thread.currentThread().interrupt();
        append(spool, 0, 30);
        spool.force(spool.end());
        spool.deleteAcknowledged();
        assertThat(Thread.interrupted()).isTrue();
        append(spool, 30, 40);
        assertThat(read(spool)).isEqualTo(numbers(0, 40));
        spool.close();
    }

    @Test
    void eventsOfAllLengthsAreReadAsWritten() throws IOException {
        Spool spool = open();
        List<OutgoingEvent> events = new ArrayList<>();
        for (int length : new int[] {0, 1, 5, 900, 300_000, 3, 700_000, 1}) {
            byte[] value = new byte[length];
            java.util.Arrays.fill(value, (byte) length);
            TraceParent trace = length % 2 == 0
                    ? null
                    : new TraceParent("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", "01");
            events.add(new OutgoingEvent(EventType.TAG, length, "key".getBytes(StandardCharsets.UTF_8), value, trace));
            spool.append(events.get(events.size() - 1));
            spool.force(spool.end());
            spool.acknowledge(0);
        }
        SpoolCursor cursor = new SpoolCursor(spool, 0);
        for (OutgoingEvent event : events) {
            OutgoingEvent found = cursor.next();
            assertThat(found.type()).isEqualTo(EventType.TAG);
            assertThat(found.timestampMs()).isEqualTo(event.timestampMs());
            assertThat(found.key()).isEqualTo(event.key());
            assertThat(found.value()).isEqualTo(event.value());
            assertThat(found.trace()).isEqualTo(event.trace());
        }
        assertThat(cursor.next()).isNull();
        spool.close();
    }

    private Spool open() {
        return Spool.open(directory, MAX_BYTES, SEGMENT_BYTES, counters);
    }

    /** Opens a copy of the files as a killed process leaves them. */
    private Spool openAnew(Spool abandoned) throws IOException {
        Path copy = directory.resolveSibling("copy-" + System.nanoTime());
        Files.createDirectories(copy);
        try (Stream<Path> all = Files.list(directory)) {
            for (Path file : all.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        abandoned.close();
        directory = copy;
        return open();
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(file -> file.toString().endsWith(SpoolSegment.SUFFIX))
                    .sorted()
                    .toList();
        }
    }

    private static OutgoingEvent event(int number) {
        return new OutgoingEvent(
                EventType.IMPRESSION,
                1_000L + number,
                ("cookie-" + number % 3).getBytes(StandardCharsets.UTF_8),
                ByteBuffer.allocate(64).putInt(0, number).array(),
                null);
    }

    private static void append(Spool spool, int from, int to) throws IOException {
        for (int i = from; i < to; i++) {
            spool.append(event(i));
        }
    }

    private static List<Integer> read(Spool spool) {
        List<Integer> found = new ArrayList<>();
        SpoolCursor cursor = new SpoolCursor(spool, spool.acknowledged());
        for (OutgoingEvent event = cursor.next(); event != null; event = cursor.next()) {
            found.add(ByteBuffer.wrap(event.value()).getInt());
        }
        return found;
    }

    private static List<Integer> numbers(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }
}
