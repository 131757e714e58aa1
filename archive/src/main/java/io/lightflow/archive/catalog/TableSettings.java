package io.lightflow.archive.catalog;

import java.util.Map;
import org.apache.iceberg.TableProperties;

/** The properties that every table of the archive needs. */
public final class TableSettings {
    private static final int OLD_METADATA_FILES = 20;

    private TableSettings() {}

    public static Map<String, String> properties() {
        return Map.of(
                TableProperties.FORMAT_VERSION, "2",
                // The archive makes each attempt with its own ledger.
                TableProperties.COMMIT_NUM_RETRIES, "0",
                TableProperties.METADATA_DELETE_AFTER_COMMIT_ENABLED, "true",
                TableProperties.METADATA_PREVIOUS_VERSIONS_MAX, Integer.toString(OLD_METADATA_FILES),
                TableProperties.METADATA_COMPRESSION, "gzip",
                TableProperties.PARQUET_COMPRESSION, "zstd");
    }
}
