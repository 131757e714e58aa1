package io.lightflow.topology.archive;

import io.lightflow.archive.commit.HourCompaction;
import io.lightflow.archive.commit.NewFiles;
import io.lightflow.archive.commit.TableUpkeep;
import io.lightflow.archive.table.Records;
import io.lightflow.archive.table.RowWriter;
import io.lightflow.event.WriterSchemas.SchemasUnavailableException;
import io.lightflow.position.Position;
import io.lightflow.sink.SinkUnavailableException;
import io.lightflow.topology.loop.OutageLog;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes the files of one table, and compacts its closed hours. Used by one thread at a time. */
final class IcebergTable implements TableLoop.TableWork {
    private static final Logger LOG = LoggerFactory.getLogger(IcebergTable.class);
    /** A look at the files of a table reads its manifests. */
    private static final Duration COMPACTION_INTERVAL = Duration.ofMinutes(1);

    private static final Duration UPKEEP_INTERVAL = Duration.ofHours(1);

    private final OutageLog outage;
    private final String name;
    private final RowWriter writer;
    private final HourCompaction compaction;
    private final TableUpkeep upkeep;
    private final LongSupplier closedMs;
    private final InstantSource clock;
    private long nextCompactionMs;
    private long nextUpkeepMs;

    /** @param closedMs event time up to which all records have been read; {@link Position#NO_TIME} if unknown */
    IcebergTable(
            String name,
            RowWriter writer,
            HourCompaction compaction,
            TableUpkeep upkeep,
            LongSupplier closedMs,
            InstantSource clock) {
        this.name = name;
        this.outage = new OutageLog(LOG, "Compaction and upkeep of " + name + " work again");
        this.writer = writer;
        this.compaction = compaction;
        this.upkeep = upkeep;
        this.closedMs = closedMs;
        this.clock = clock;
        this.nextUpkeepMs = clock.millis() + UPKEEP_INTERVAL.toMillis();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public NewFiles write(List<Records> records) {
        long begunMs = clock.millis();
        try {
            return new NewFiles(writer.write(records), begunMs);
        } catch (SchemasUnavailableException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new SinkUnavailableException("files of " + name + " cannot be written: " + e, e);
        }
    }

    /** Compaction and upkeep may fail at any time: what they leave is an orphan, and the next run goes on. */
    @Override
    public void committed() {
        long now = clock.millis();
        try {
            if (now >= nextCompactionMs) {
                nextCompactionMs = now + COMPACTION_INTERVAL.toMillis();
                compact(now);
            }
            if (now >= nextUpkeepMs) {
                nextUpkeepMs = now + UPKEEP_INTERVAL.toMillis();
                upkeep.run();
            }
            outage.works();
        } catch (RuntimeException e) {
            outage.failed("Compaction or upkeep of " + name + " failed, and is tried again later", e);
        }
    }

    private void compact(long now) {
        long closed = closedMs.getAsLong();
        if (closed != Position.NO_TIME && compaction.run(closed)) {
            nextCompactionMs = now;
        }
    }
}
