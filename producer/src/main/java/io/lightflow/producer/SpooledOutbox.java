package io.lightflow.producer;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps events in files ({@link UnavailablePolicy.Spool}). {@code put} writes an event; one thread hands events to
 * Kafka in order. If Kafka rejects an event, that thread resumes after the acknowledged position with a new producer.
 * Only an event that is too long for its topic is set aside.
 */
final class SpooledOutbox implements Outbox {
    private static final Logger LOG = LoggerFactory.getLogger(SpooledOutbox.class);
    /** How long one call may delay the thread's reaction to a stop. */
    private static final Duration MAX_BLOCK = Duration.ofMillis(250);

    private static final long IDLE_NANOS = 50_000_000;
    private static final long HANDOVER_INTERVAL_NANOS = 5_000_000;
    private static final long PAUSE_AFTER_FAILURE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long NO_BEACON = 0;

    private final LightEventsSettings settings;
    private final UnavailablePolicy.Spool policy;
    private final DeliveryCounters counters;
    private final BeaconSender beacons;
    private final Spool spool;
    private final SpoolForcer forcer;
    private final Thread thread = new Thread(this::run, "lightflow-producer-spool");
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private final AtomicLong beaconDue = new AtomicLong(NO_BEACON);
    private String lastFailure = "";
    private volatile boolean idle;
    /** Whether callers wait for the disk, which is faster in files that were written ahead. */
    private volatile boolean durable;

    private volatile boolean stopping;
    private long lastForceNanos = System.nanoTime();

    private SpooledOutbox(
            LightEventsSettings settings,
            UnavailablePolicy.Spool policy,
            int beaconSchemaId,
            DeliveryCounters counters,
            Spool spool) {
        this.settings = settings;
        this.policy = policy;
        this.counters = counters;
        this.beacons = new BeaconSender(settings, beaconSchemaId, counters);
        this.spool = spool;
        // Once for all events of a group: waking a thread costs more than handing over an event.
        this.forcer = new SpoolForcer(spool, this::wake);
        thread.setDaemon(true);
    }

    static SpooledOutbox open(
            LightEventsSettings settings,
            UnavailablePolicy.Spool policy,
            int beaconSchemaId,
            DeliveryCounters counters) {
        Spool spool = Spool.open(policy.directory(), policy.maxBytes(), Spool.SEGMENT_BYTES, counters);
        return new SpooledOutbox(settings, policy, beaconSchemaId, counters, spool);
    }

    @Override
    public void start() {
        thread.start();
        forcer.start();
    }

    @Override
    public SendOutcome put(OutgoingEvent event) {
        try {
            long end = accept(() -> spool.append(event));
            wake();
            if (policy.sync().isZero()) {
                spool.force(end);
            }
        } catch (IOException e) {
            throw notAccepted(event, e);
        }
        return SendOutcome.ACCEPTED;
    }

    @Override
    public CompletableFuture<Void> putDurably(OutgoingEvent event) {
        if (!durable) {
            durable = true;
        }
        try {
            return forcer.force(accept(() -> spool.add(event))).exceptionallyCompose(e -> {
                // Kafka may receive it nevertheless: it is in the file.
                counters.notAccepted.increment();
                return CompletableFuture.failedFuture(
                        new NotAcceptedException(event.type() + " not accepted: " + e.getMessage(), e));
            });
        } catch (IOException e) {
            return CompletableFuture.failedFuture(notAccepted(event, e));
        }
    }

    /** Puts an event into the spool. */
    @FunctionalInterface
    private interface Entry {
        /** @return the position behind the event */
        long put() throws IOException;
    }

    /** Counts the event before Kafka can acknowledge it. */
    private long accept(Entry entry) throws IOException {
        counters.accepted.increment();
        try {
            return entry.put();
        } catch (IOException e) {
            counters.accepted.decrement();
            throw e;
        }
    }

    private void wake() {
        if (idle) {
            LockSupport.unpark(thread);
        }
    }

    private NotAcceptedException notAccepted(OutgoingEvent event, IOException cause) {
        counters.notAccepted.increment();
        return new NotAcceptedException(event.type() + " not accepted: " + cause.getMessage(), cause);
    }

    private void run() {
        while (!stopping) {
            try {
                FrontKafkaProducer kafka = new FrontKafkaProducer(settings, MAX_BLOCK);
                try {
                    handOver(kafka);
                } finally {
                    kafka.close(stopping ? MAX_BLOCK : Duration.ZERO);
                }
            } catch (KafkaException | IllegalStateException | IllegalArgumentException | SpoolException e) {
                logOnce(e);
                pauseAfterFailure();
            }
        }
    }

    private void logOnce(RuntimeException e) {
        if (!e.toString().equals(lastFailure)) {
            lastFailure = e.toString();
            LOG.error(
                    "Sending from the spool in {} failed; it is retried every {} s from the acknowledged position."
                            + " This error is logged once",
                    policy.directory(),
                    TimeUnit.NANOSECONDS.toSeconds(PAUSE_AFTER_FAILURE_NANOS),
                    e);
        }
    }

    private void pauseAfterFailure() {
        long end = System.nanoTime() + PAUSE_AFTER_FAILURE_NANOS;
        for (long left = PAUSE_AFTER_FAILURE_NANOS; left > 0 && !stopping; left = end - System.nanoTime()) {
            LockSupport.parkNanos(this, left);
        }
    }

    private void handOver(FrontKafkaProducer kafka) {
        failure.set(null);
        InFlightEvents inFlight = new InFlightEvents(spool, counters, this::onRejected);
        SpoolCursor cursor = new SpoolCursor(spool, spool.acknowledged());
        while (!stopping) {
            throwFailure();
            OutgoingEvent event = cursor.next();
            if (event != null) {
                handOver(kafka, inFlight, event, cursor);
            } else {
                sendBeacons(kafka);
                awaitEvent(cursor);
            }
        }
    }

    private void handOver(FrontKafkaProducer kafka, InFlightEvents inFlight, OutgoingEvent event, SpoolCursor behind) {
        while (!stopping) {
            InFlightEvents.Entry entry = inFlight.add(behind.position() - FrameCodec.length(event), behind.position());
            Exception refusal;
            try {
                kafka.send(event, entry);
                refusal = entry.refusal();
            } catch (TimeoutException e) {
                refusal = e;
            }
            if (refusal == null) {
                return;
            }
            inFlight.remove(entry);
            throwFailure();
            if (!(refusal instanceof TimeoutException)) {
                throw new KafkaException("Kafka did not accept a " + event.type() + ": " + refusal, refusal);
            }
        }
    }

    private void onRejected(InFlightEvents.Entry entry, Exception cause) {
        if (cause instanceof RecordTooLargeException) {
            setAside(entry, cause);
        } else {
            failure.compareAndSet(null, cause);
            LockSupport.unpark(thread);
        }
    }

    private void setAside(InFlightEvents.Entry entry, Exception cause) {
        OutgoingEvent event;
        try {
            event = new SpoolCursor(spool, entry.start()).next();
            spool.setAside(event);
        } catch (IOException | SpoolException e) {
            e.addSuppressed(cause);
            failure.compareAndSet(null, e);
            return;
        }
        LOG.error(
                "A {} of {} bytes is set aside in {}: it is too long for its topic",
                event.type(),
                event.value().length,
                spool.setAsideFile(),
                cause);
        counters.lost.increment();
        counters.acknowledged.decrement();
        entry.settle();
    }

    private void throwFailure() {
        Exception found = failure.get();
        if (found != null) {
            throw new KafkaException("Kafka rejected an event after it was handed over: " + found, found);
        }
    }

    private void sendBeacons(FrontKafkaProducer kafka) {
        long timeMs = beaconDue.getAndSet(NO_BEACON);
        if (timeMs != NO_BEACON) {
            beacons.send(kafka, timeMs);
        }
    }

    /** While callers wait for the disk only, Kafka gets the events of some time at once: a wake-up costs as much. */
    private void awaitEvent(SpoolCursor cursor) {
        if (durable && !stopping) {
            LockSupport.parkNanos(this, HANDOVER_INTERVAL_NANOS);
        }
        idle = true;
        if (!cursor.hasNext() && beaconDue.get() == NO_BEACON && !stopping) {
            LockSupport.parkNanos(this, IDLE_NANOS);
        }
        idle = false;
    }

    @Override
    public void requestBeacons(long timeMs) {
        beaconDue.set(timeMs);
        LockSupport.unpark(thread);
    }

    @Override
    public void tick() {
        try {
            spool.deleteAcknowledged();
            long now = System.nanoTime();
            if (now - lastForceNanos >= policy.sync().toNanos()) {
                lastForceNanos = now;
                spool.forceUnacknowledged();
            }
            if (durable) {
                spool.preallocate();
            }
        } catch (IOException e) {
            throw new SpoolException("The spool in " + policy.directory() + ": housekeeping failed: " + e, e);
        }
    }

    @Override
    public long bytesOnDisk() {
        return spool.bytes();
    }

    @Override
    public void close(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (counters.waiting() > 0
                && System.nanoTime() - deadline < 0
                && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(this, 1_000_000);
        }
        stopping = true;
        LockSupport.unpark(thread);
        awaitEnd();
        forcer.close();
        try {
            spool.close();
        } catch (IOException e) {
            throw new SpoolException("Closing the spool in " + policy.directory() + " failed: " + e, e);
        }
    }

    /**
     * Waits for the thread without a deadline: the files are closed afterwards, so that the next process can open them.
     */
    private void awaitEnd() {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
