package io.lightflow.producer;

import java.io.IOException;
import java.time.Duration;
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
 * Events wait in files ({@link WhenAway.Spool}): {@code put} writes, and one thread hands over to Kafka what is there,
 * in its order. If Kafka refuses an event, that thread begins again behind the last one that is acknowledged, with a
 * new producer. Only an event that is too long for its topic is set aside.
 */
final class SpooledOutbox implements Outbox {
    private static final Logger LOG = LoggerFactory.getLogger(SpooledOutbox.class);
    /** How long a call may keep the thread from seeing that it is to stop. */
    private static final Duration MAX_BLOCK = Duration.ofMillis(250);

    private static final long IDLE_NANOS = 50_000_000;
    private static final long PAUSE_AFTER_FAILURE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long NO_BEACON = 0;

    private final LightEventsSettings settings;
    private final WhenAway.Spool policy;
    private final Counters counters;
    private final BeaconRound beacons;
    private final Spool spool;
    private final Thread thread = new Thread(this::run, "lightflow-producer-spool");
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private final AtomicLong beaconDue = new AtomicLong(NO_BEACON);
    private String lastFailure = "";
    private volatile boolean idle;
    private volatile boolean stopping;
    private long lastForceNanos = System.nanoTime();

    private SpooledOutbox(
            LightEventsSettings settings, WhenAway.Spool policy, int beaconSchemaId, Counters counters, Spool spool) {
        this.settings = settings;
        this.policy = policy;
        this.counters = counters;
        this.beacons = new BeaconRound(settings, beaconSchemaId, counters);
        this.spool = spool;
        thread.setDaemon(true);
    }

    static SpooledOutbox open(
            LightEventsSettings settings, WhenAway.Spool policy, int beaconSchemaId, Counters counters) {
        Spool spool = Spool.open(policy.directory(), policy.maxBytes(), Spool.SEGMENT_BYTES, counters);
        return new SpooledOutbox(settings, policy, beaconSchemaId, counters, spool);
    }

    @Override
    public void start() {
        thread.start();
    }

    @Override
    public Outcome put(Outgoing event) {
        counters.taken.increment();
        try {
            long end = spool.append(event);
            if (policy.sync().isZero()) {
                spool.force(end);
            }
        } catch (IOException e) {
            counters.taken.decrement();
            counters.notTaken.increment();
            throw new NotTakenException(event.type() + " not taken: " + e.getMessage(), e);
        }
        if (idle) {
            LockSupport.unpark(thread);
        }
        return Outcome.TAKEN;
    }

    private void run() {
        while (!stopping) {
            try {
                FrontKafka kafka = new FrontKafka(settings, MAX_BLOCK);
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
                    "Sending from the spool in {} failed; it is tried again every {} s, behind what is acknowledged, and said"
                            + " once",
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

    private void handOver(FrontKafka kafka) {
        failure.set(null);
        InFlight inFlight = new InFlight(spool, counters, this::refused);
        SpoolCursor cursor = new SpoolCursor(spool, spool.acknowledged());
        while (!stopping) {
            throwFailure();
            Outgoing event = cursor.next();
            if (event != null) {
                handOver(kafka, inFlight, event, cursor);
            } else {
                sendBeacons(kafka);
                awaitEvent(cursor);
            }
        }
    }

    private void handOver(FrontKafka kafka, InFlight inFlight, Outgoing event, SpoolCursor behind) {
        while (!stopping) {
            InFlight.Entry entry = inFlight.add(behind.position() - Frame.length(event), behind.position());
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
                throw new KafkaException("Kafka does not take a " + event.type() + ": " + refusal, refusal);
            }
        }
    }

    private void refused(InFlight.Entry entry, Exception cause) {
        if (cause instanceof RecordTooLargeException) {
            setAside(entry, cause);
        } else {
            failure.compareAndSet(null, cause);
            LockSupport.unpark(thread);
        }
    }

    private void setAside(InFlight.Entry entry, Exception cause) {
        Outgoing event;
        try {
            event = new SpoolCursor(spool, entry.start()).next();
            spool.setAside(event);
        } catch (IOException | SpoolException e) {
            e.addSuppressed(cause);
            failure.compareAndSet(null, e);
            return;
        }
        LOG.error(
                "A {} of {} bytes is set aside in {}: its topic does not take it",
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
            throw new KafkaException("An event that Kafka had been given was refused: " + found, found);
        }
    }

    private void sendBeacons(FrontKafka kafka) {
        long timeMs = beaconDue.getAndSet(NO_BEACON);
        if (timeMs != NO_BEACON) {
            beacons.send(kafka, timeMs);
        }
    }

    private void awaitEvent(SpoolCursor cursor) {
        idle = true;
        if (!cursor.hasNext() && beaconDue.get() == NO_BEACON && !stopping) {
            LockSupport.parkNanos(this, IDLE_NANOS);
        }
        idle = false;
    }

    @Override
    public void vouch(long timeMs) {
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
                spool.forceWhatWaits();
            }
        } catch (IOException e) {
            throw new SpoolException("The spool in " + policy.directory() + " cannot be kept up: " + e, e);
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
        try {
            spool.close();
        } catch (IOException e) {
            throw new SpoolException("The spool in " + policy.directory() + " cannot be closed: " + e, e);
        }
    }

    /** Takes a moment, which is not cut short: the files are closed behind it, for the next to open. */
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
