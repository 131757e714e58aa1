package io.lightflow.topology.archive;

import io.lightflow.archive.catalog.TableSettings;
import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.archive.table.TableSchemas;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.iceberg.BaseMetastoreTableOperations;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.io.FileIO;

/** A catalog that holds the pointer of one table, with a compare-and-set. */
final class SimulatedCatalog {
    private static final ArchiveTable KIND = ArchiveTable.IMPRESSIONS;

    /** A request that is under way for longer has failed. */
    private static final Duration REQUEST_TIMEOUT = Duration.ofMinutes(30);

    private final InstantSource clock;
    private final SimulatedFiles.Disk disk;
    private final List<Request> delayed = new ArrayList<>();
    private String pointer;

    /** A request that is under way. */
    private record Request(long sentMs, String expected, String next) {}

    SimulatedCatalog(InstantSource clock, SimulatedFiles.Disk disk) {
        this.clock = clock;
        this.disk = disk;
    }

    /** Creates the table. */
    void create(FileIO files) {
        Schema schema = TableSchemas.of(KIND);
        Map<String, String> properties = new HashMap<>(TableSettings.properties());
        TableMetadata metadata = TableMetadata.newTableMetadata(
                schema,
                TableSchemas.partitions(schema),
                TableSchemas.order(schema),
                "memory:/us/impressions",
                properties);
        new Operations(files, ArchiveFaults.none()).commit(null, metadata);
    }

    /** The table as one process sees it. */
    Table load(FileIO files, ArchiveFaults faults) {
        return new SingleThreadedTable(new Operations(files, faults), "us." + KIND.tableName());
    }

    /** Lets a request arrive that was under way. */
    void deliver(Random random) {
        if (!delayed.isEmpty()) {
            Request request = delayed.remove(random.nextInt(delayed.size()));
            if (clock.millis() - request.sentMs <= REQUEST_TIMEOUT.toMillis()) {
                move(request.expected, request.next);
            }
        }
    }

    boolean hasDelayed() {
        return !delayed.isEmpty();
    }

    private boolean move(String expected, String next) {
        if (expected == null ? pointer != null : !expected.equals(pointer)) {
            return false;
        }
        pointer = next;
        return true;
    }

    private final class Operations extends BaseMetastoreTableOperations {
        private final FileIO files;
        private final ArchiveFaults faults;

        Operations(FileIO files, ArchiveFaults faults) {
            this.files = files;
            this.faults = faults;
        }

        @Override
        protected String tableName() {
            return "us." + KIND.tableName();
        }

        @Override
        public FileIO io() {
            return files;
        }

        @Override
        protected void doRefresh() {
            if (pointer == null) {
                disableRefresh();
            } else {
                faults.strike(ArchiveFaults.Call.READ_POINTER, disk.number(pointer));
                refreshFromMetadataLocation(pointer);
            }
        }

        @Override
        protected void doCommit(TableMetadata base, TableMetadata metadata) {
            String next = writeNewMetadataIfRequired(base == null, metadata);
            String expected = base == null ? null : base.metadataFileLocation();
            switch (faults.fate(disk.number(next))) {
                case DONE -> require(move(expected, next));
                case KILLED_BEFORE -> faults.dieNow();
                case KILLED_AFTER -> {
                    move(expected, next);
                    faults.dieNow();
                }
                case FAILED -> throw new IllegalArgumentException("the connection failed");
                case RESPONSE_LOST -> {
                    move(expected, next);
                    throw new IllegalArgumentException("the connection failed after the request");
                }
                case REPEATED -> {
                    move(expected, next);
                    require(false);
                }
                case DELAYED -> {
                    delayed.add(new Request(clock.millis(), expected, next));
                    throw new IllegalArgumentException("the request timed out");
                }
            }
        }

        private void require(boolean moved) {
            if (!moved) {
                throw new CommitFailedException("the pointer has moved");
            }
        }
    }
}
