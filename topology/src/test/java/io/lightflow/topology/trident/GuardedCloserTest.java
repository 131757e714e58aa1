package io.lightflow.topology.trident;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.topology.loop.StoppedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.storm.utils.Utils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A resource at work is closed once, when it is done, by the last party. */
@Timeout(20)
class GuardedCloserTest {
    private final ExecutorService worker = Executors.newSingleThreadExecutor();
    private final CountDownLatch working = new CountDownLatch(1);
    private final CountDownLatch enough = new CountDownLatch(1);
    private final AtomicInteger closed = new AtomicInteger();

    @AfterEach
    void endWorker() {
        worker.shutdownNow();
    }

    private Future<?> workIn(GuardedCloser closer) throws InterruptedException {
        Future<?> work = worker.submit(() -> closer.work(() -> {
            working.countDown();
            try {
                enough.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            assertThat(closed).hasValue(0);
        }));
        working.await();
        return work;
    }

    @Test
    void closesAtOnceIfNobodyIsAtWork() {
        GuardedCloser closer = new GuardedCloser("it", closed::incrementAndGet, Duration.ZERO);
        closer.work(() -> {});
        closer.close();
        closer.close();

        assertThat(closed).hasValue(1);
        assertThatThrownBy(() -> closer.work(() -> {})).isInstanceOf(StoppedException.class);
    }

    @Test
    void waitsForWorkToEnd() throws Exception {
        GuardedCloser closer = new GuardedCloser("it", closed::incrementAndGet, Duration.ofSeconds(15));
        Future<?> work = workIn(closer);
        enough.countDown();
        closer.close();

        work.get();
        assertThat(closed).hasValue(1);
    }

    @Test
    void whoeverIsAtWorkForTooLongClosesWhenItIsDone() throws Exception {
        GuardedCloser closer = new GuardedCloser("it", closed::incrementAndGet, Duration.ZERO);
        Future<?> work = workIn(closer);
        closer.close();
        assertThat(closed).hasValue(0);

        enough.countDown();
        work.get();
        assertThat(closed).hasValue(1);
    }

    @Test
    void aFailureToCloseIsNobodysElse() {
        GuardedCloser closer = new GuardedCloser(
                "it",
                () -> {
                    throw new IllegalStateException("told to fail");
                },
                Duration.ZERO);

        assertThatCode(closer::close).doesNotThrowAnyException();
    }

    /** A channel that an interruption closes fails with an exception that Storm takes for an error of the worker. */
    @Test
    void whateverFailsInAnInterruptedThreadIsItsEnd() throws Exception {
        GuardedCloser closer = new GuardedCloser("it", closed::incrementAndGet, Duration.ZERO);
        Path file = Files.createTempFile("interrupted", null);
        Future<?> work = worker.submit(() -> {
            Thread.currentThread().interrupt();
            closer.work(() -> readOneByte(file));
        });

        assertThatThrownBy(work::get)
                .cause()
                .isInstanceOf(StoppedException.class)
                .satisfies(e -> assertThat(e.getSuppressed()).hasAtLeastOneElementOfType(UncheckedIOException.class))
                .satisfies(e -> assertThat(Utils.exceptionCauseIsInstanceOf(InterruptedException.class, e))
                        .as("what Storm asks")
                        .isTrue());
        Files.delete(file);
    }

    private static void readOneByte(Path file) {
        try (FileChannel channel = FileChannel.open(file)) {
            channel.read(ByteBuffer.allocate(1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
