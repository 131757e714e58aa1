package io.lightflow.capture.endpoint;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Fails stages that take too long. All have the same timeout, so the oldest is the next one due: a queue that is looked
 * at a few times a second costs less than a timer per request. Thread-safe.
 */
final class AnswerTimeouts {
    private static final long LOOK_INTERVAL_MS = 50;

    private final long timeoutNanos;
    private final Queue<Waiting> waiting = new ConcurrentLinkedQueue<>();
    /** Whether a look is due. There is none while nothing waits. */
    private final AtomicBoolean looking = new AtomicBoolean();

    private final Executor later =
            CompletableFuture.delayedExecutor(LOOK_INTERVAL_MS, TimeUnit.MILLISECONDS, Runnable::run);

    private record Waiting(CompletableFuture<?> stage, long dueNanos) {}

    AnswerTimeouts(Duration timeout) {
        this.timeoutNanos = timeout.toNanos();
    }

    /** Lets the stage fail with a {@link TimeoutException} once the timeout has passed. */
    void add(CompletableFuture<?> stage) {
        if (!stage.isDone()) {
            waiting.add(new Waiting(stage, System.nanoTime() + timeoutNanos));
            lookLater();
        }
    }

    private void lookLater() {
        if (!looking.get() && looking.compareAndSet(false, true)) {
            later.execute(this::look);
        }
    }

    private void look() {
        long now = System.nanoTime();
        for (Waiting first = waiting.peek();
                first != null && (first.stage.isDone() || first.dueNanos - now <= 0);
                first = waiting.peek()) {
            waiting.remove();
            first.stage.completeExceptionally(new TimeoutException("the event was not durable in time"));
        }
        looking.set(false);
        if (!waiting.isEmpty()) {
            lookLater();
        }
    }
}
