package io.lightflow.topology.certificate;

import io.lightflow.event.WriterSchemas.SchemasUnavailableException;
import io.lightflow.sink.SinkUnavailableException;
import io.lightflow.topology.zookeeper.ZooKeeperUnavailableException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;

/** Checks the newest closed hour and each one after it once it is closed, until the thread is interrupted. */
public final class HourFollower {
    private static final Duration CHECK_INTERVAL = Duration.ofSeconds(15);

    private HourFollower() {}

    /** What is done with each hour. */
    public interface Check {
        /**
         * The beginning of the newest closed hour.
         *
         * @throws HourNotClosedException if there is none
         */
        Instant newestClosed();

        /** @return whether the hour is as it should be */
        boolean check(Instant hour);
    }

    /**
     * Continues through outages.
     *
     * @param err hears why an hour is tried again
     * @return whether all hours were as they should be
     */
    public static boolean follow(Check check, PrintWriter err) {
        boolean good = true;
        Instant next = null;
        try {
            while (true) {
                try {
                    Instant newest = check.newestClosed();
                    next = next == null ? newest : next;
                    while (!next.isAfter(newest)) {
                        good &= check.check(next);
                        next = next.plus(1, ChronoUnit.HOURS);
                    }
                } catch (HourNotClosedException
                        | SinkUnavailableException
                        | SchemasUnavailableException
                        | ZooKeeperUnavailableException e) {
                    reportRetry(e, err);
                } catch (KafkaException e) {
                    if (e instanceof InterruptException) {
                        throw e;
                    }
                    reportRetry(e, err);
                }
                pause(CHECK_INTERVAL);
            }
        } catch (InterruptException e) {
            return good;
        }
    }

    private static void reportRetry(RuntimeException failure, PrintWriter err) {
        err.println(failure.getMessage() + "; retrying");
        err.flush();
    }

    /** Waits; an interrupt ends it. */
    public static void pause(Duration time) {
        try {
            new CountDownLatch(1).await(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }
}
