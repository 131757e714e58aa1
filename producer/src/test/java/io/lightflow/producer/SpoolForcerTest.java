package io.lightflow.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.event.EventType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolForcerTest {
    @TempDir
    Path directory;

    @Test
    void everyEventIsForcedAlsoThoseThatWaitAtTheEnd() throws Exception {
        Spool spool = open();
        SpoolForcer forcer = new SpoolForcer(spool, () -> {});
        List<CompletableFuture<Void>> forced = new ArrayList<>();
        forced.add(forcer.force(append(spool)));
        assertThat(forced.get(0)).isNotDone();
        forcer.start();
        for (int i = 0; i < 500; i++) {
            forced.add(forcer.force(append(spool)));
        }
        forced.get(100).get(10, TimeUnit.SECONDS);
        forcer.close();
        assertThat(forced).allMatch(CompletableFuture::isDone);
        spool.close();
    }

    @Test
    void afterAFailureTheNextEventBeginsAFileThatRecoveryReads() throws Exception {
        Spool spool = open();
        SpoolForcer forcer = new SpoolForcer(spool, () -> {});
        forcer.start();
        long end = append(spool);
        // A closed file cannot be forced.
        spool.segmentFor(0).close();
        assertThatThrownBy(() -> forcer.force(end).get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(IOException.class);
        append(spool);
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.filter(file -> file.toString().endsWith(SpoolSegment.SUFFIX)))
                    .hasSize(2);
        }
        forcer.close();
    }

    private Spool open() {
        return Spool.open(directory, 1 << 20, Spool.SEGMENT_BYTES, new DeliveryCounters());
    }

    private static long append(Spool spool) throws IOException {
        return spool.append(new OutgoingEvent(EventType.TAG, 1, new byte[] {1}, new byte[200], null));
    }
}
