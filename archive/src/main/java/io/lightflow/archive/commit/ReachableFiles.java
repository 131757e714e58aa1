package io.lightflow.archive.commit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.Set;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.StatisticsFile;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;

/** Lists every file that the newest metadata of a table refers to: of all snapshots, not only the current one. */
public final class ReachableFiles {
    private ReachableFiles() {}

    /** Refreshes the table first. */
    public static Set<String> of(Table table) {
        table.refresh();
        TableMetadata metadata = ((HasTableOperations) table).operations().current();
        Set<String> files = new HashSet<>();
        files.add(metadata.metadataFileLocation());
        metadata.previousFiles().forEach(previous -> files.add(previous.file()));
        metadata.statisticsFiles().stream().map(StatisticsFile::path).forEach(files::add);
        metadata.partitionStatisticsFiles().forEach(statistics -> files.add(statistics.path()));
        Set<String> manifests = new HashSet<>();
        for (Snapshot snapshot : metadata.snapshots()) {
            if (snapshot.manifestListLocation() != null) {
                files.add(snapshot.manifestListLocation());
            }
            for (ManifestFile manifest : snapshot.allManifests(table.io())) {
                if (manifests.add(manifest.path())) {
                    addContent(table, manifest, files);
                }
            }
        }
        files.addAll(manifests);
        return files;
    }

    private static void addContent(Table table, ManifestFile manifest, Set<String> files) {
        try (ManifestReader<? extends ContentFile<?>> content = manifest.content() == ManifestContent.DATA
                ? ManifestFiles.read(manifest, table.io(), table.specs())
                : ManifestFiles.readDeleteManifest(manifest, table.io(), table.specs())) {
            content.forEach(file -> files.add(file.location()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + manifest.path(), e);
        }
    }
}
