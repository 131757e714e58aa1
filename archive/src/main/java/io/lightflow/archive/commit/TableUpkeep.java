package io.lightflow.archive.commit;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import org.apache.iceberg.Table;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes what a table no longer has to keep. Each run does what the former one could not. Not thread-safe. */
public final class TableUpkeep {
    private static final Logger LOG = LoggerFactory.getLogger(TableUpkeep.class);

    private final Table table;
    private final Rules rules;
    private final InstantSource clock;

    /**
     * How long a table keeps what.
     *
     * @param events by event time; empty: for ever
     * @param snapshots how long a reader may use one that is no longer current
     * @param orphans files that nothing refers to
     */
    public record Rules(Optional<Duration> events, Duration snapshots, Duration orphans) {
        public Rules {
            Objects.requireNonNull(events, "events");
            Objects.requireNonNull(snapshots, "snapshots");
            if (orphans.compareTo(OrphanFiles.MIN_AGE) < 0) {
                throw new IllegalArgumentException(
                        "expected orphans to be kept for at least " + OrphanFiles.MIN_AGE + ", found " + orphans);
            }
        }
    }

    public TableUpkeep(Table table, Rules rules, InstantSource clock) {
        this.table = table;
        this.rules = rules;
        this.clock = clock;
    }

    public void run() {
        Retention retention = new Retention(table, clock);
        rules.events().ifPresent(retention::removeEvents);
        retention.expireSnapshots(rules.snapshots());
        int orphans = new OrphanFiles(table, clock).delete(rules.orphans()).size();
        if (orphans > 0) {
            LOG.info("Deleted {} files of {} that nothing refers to", orphans, table.name());
        }
    }
}
