package io.lightflow.topology.archive;

import io.lightflow.archive.commit.TableLedger;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;

/** The table as an observer sees it. A file never changes once it is whole, so the observer reads each one once. */
final class ObservedTable {
    private final Table table;
    private final Map<Long, List<ManifestFile>> manifestsOfSnapshot = new HashMap<>();
    private final Map<String, List<String>> filesOfManifest = new HashMap<>();
    private final Map<String, List<String>> rowsOfFile = new HashMap<>();

    ObservedTable(Table table) {
        this.table = table;
    }

    Table table() {
        return table;
    }

    /** Looks at the newest metadata; the other methods refer to it. */
    TableLedger refresh() {
        table.refresh();
        return TableLedger.of(table);
    }

    /** The rows of the current snapshot. */
    List<String> rows() {
        List<String> rows = new ArrayList<>();
        Snapshot head = table.currentSnapshot();
        if (head != null) {
            for (ManifestFile manifest : manifests(head)) {
                for (String file : files(manifest)) {
                    rows.addAll(rowsOfFile.computeIfAbsent(file, location -> ArchiveProcess.rows(table, location)));
                }
            }
        }
        return rows;
    }

    /** The files that any snapshot or the table's metadata refer to. */
    Set<String> reachable() {
        TableMetadata metadata = ((HasTableOperations) table).operations().current();
        Set<String> reachable = new HashSet<>();
        reachable.add(metadata.metadataFileLocation());
        metadata.previousFiles().forEach(previous -> reachable.add(previous.file()));
        for (Snapshot snapshot : metadata.snapshots()) {
            reachable.add(snapshot.manifestListLocation());
            for (ManifestFile manifest : manifests(snapshot)) {
                reachable.add(manifest.path());
                reachable.addAll(files(manifest));
            }
        }
        return reachable;
    }

    private List<ManifestFile> manifests(Snapshot snapshot) {
        return manifestsOfSnapshot.computeIfAbsent(
                snapshot.snapshotId(), absent -> List.copyOf(snapshot.dataManifests(table.io())));
    }

    /** Without a scan, which would start threads. */
    private List<String> files(ManifestFile manifest) {
        return filesOfManifest.computeIfAbsent(manifest.path(), absent -> {
            List<String> files = new ArrayList<>();
            try (ManifestReader<DataFile> reader = ManifestFiles.read(manifest, table.io(), table.specs())) {
                reader.forEach(file -> files.add(file.location()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return files;
        });
    }
}
