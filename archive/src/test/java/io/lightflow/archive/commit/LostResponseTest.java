package io.lightflow.archive.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.archive.catalog.ArchiveCatalog;
import io.lightflow.archive.catalog.CatalogDatabase;
import io.lightflow.archive.catalog.DroppingProxy;
import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.position.Position;
import io.lightflow.position.TopicPosition;
import io.lightflow.position.TopicPosition.Incarnation;
import io.lightflow.sink.Commit;
import io.lightflow.sink.ShardMove;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The pool of Iceberg's JDBC catalog repeats a request after a lost response. The second request finds that the pointer
 * has moved, and Iceberg reports a conflict for a commit that was made.
 */
class LostResponseTest {
    private static final Instant NOW = Instant.parse("2026-11-01T00:00:00Z");

    @TempDir
    private Path folder;

    @Test
    void aCommitWhoseResponseIsLostIsFoundAndKeepsItsFiles() throws Exception {
        String schema = CatalogDatabase.newSchema();
        Position next = new Position(
                new TreeMap<>(Map.of("us.clicks", new TopicPosition(List.of(new Incarnation(7, 10)), 1_000))),
                Position.NO_TIME,
                1,
                Position.START.books());
        try (DroppingProxy proxy = new DroppingProxy(CatalogDatabase.port());
                ArchiveCatalog throughProxy = CatalogDatabase.open(schema, folder, proxy.port());
                ArchiveCatalog direct = CatalogDatabase.open(schema, folder)) {
            TableSink sink = new TableSink(throughProxy.table("us", ArchiveTable.CLICKS), () -> NOW);
            sink.open(0);
            proxy.dropResponseTo("UPDATE iceberg_tables");

            sink.commit(List.of(new Commit<>(
                    List.of(new ShardMove(0, Position.START, next)), new NewFiles(List.of(), NOW.toEpochMilli()))));

            assertThat(proxy.hasDropped()).isTrue();
            Table table = direct.table("us", ArchiveTable.CLICKS);
            assertThat(TableLedger.of(table).entry(0).position()).isEqualTo(next);
            assertThat(table.snapshots()).as("takeover and commit").hasSize(2);
            assertThat(ReachableFiles.of(table))
                    .allSatisfy(file -> assertThat(Files.exists(Path.of(java.net.URI.create(file))))
                            .as(file)
                            .isTrue());
        }
    }
}
