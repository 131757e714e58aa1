package io.lightflow.topology.kafka;

import java.time.Duration;
import java.time.InstantSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;

/**
 * Logs records that are set aside because the decoder fails: the first one at once, and the later ones as a number,
 * once a minute at most. A producer with a defect may send thousands a second. Used by one thread.
 */
final class SetAsideLog {
    private static final Duration INTERVAL = Duration.ofMinutes(1);

    private final Logger log;
    private final InstantSource clock;
    private long loggedMs = Long.MIN_VALUE;
    private long since;

    SetAsideLog(Logger log, InstantSource clock) {
        this.log = log;
        this.clock = clock;
    }

    void add(ConsumerRecord<?, ?> record, RuntimeException failure) {
        since++;
        long now = clock.millis();
        if (loggedMs == Long.MIN_VALUE || now - loggedMs >= INTERVAL.toMillis()) {
            log.warn(
                    "Setting aside offset {} of {}-{}, the last of {} such records: {}",
                    record.offset(),
                    record.topic(),
                    record.partition(),
                    since,
                    failure.toString());
            loggedMs = now;
            since = 0;
        }
    }
}
