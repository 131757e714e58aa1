package io.lightflow.archive.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.archive.table.ArchiveTable;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.iceberg.Table;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveCatalogTest {
    @TempDir
    private Path folder;

    private static Map<String, Integer> ids(Table table) {
        Map<String, Integer> ids = new HashMap<>();
        for (NestedField field : table.schema().columns()) {
            ids.put(field.name(), field.fieldId());
        }
        return ids;
    }

    @Test
    void everyTableIsCreatedInFormatTwoAndPartitionedByHour() {
        try (ArchiveCatalog catalog = CatalogDatabase.open(CatalogDatabase.newSchema(), folder)) {
            for (ArchiveTable kind : ArchiveTable.values()) {
                Table table = catalog.table("us", kind);

                assertThat(table.name()).endsWith("us." + kind.tableName());
                assertThat(table.spec().fields()).singleElement().satisfies(field -> assertThat(field.transform())
                        .hasToString("hour"));
                assertThat(table.properties()).containsEntry("commit.retry.num-retries", "0");
                assertThat(table.sortOrder().isSorted()).isTrue();
            }
        }
    }

    @Test
    void aFieldThatTheSchemaGainsGetsANewIdAndTheOthersKeepTheirs() {
        try (ArchiveCatalog catalog = CatalogDatabase.open(CatalogDatabase.newSchema(), folder)) {
            Table table = catalog.table("us", ArchiveTable.IMPRESSIONS);
            Map<String, Integer> before = ids(table);
            table.updateSchema().deleteColumn("ip").commit();

            Map<String, Integer> after = ids(catalog.table("us", ArchiveTable.IMPRESSIONS));

            assertThat(after.remove("ip")).isGreaterThan(before.remove("ip"));
            assertThat(after).isEqualTo(before);
        }
    }

    @Test
    void openingATableThatIsUpToDateChangesNothing() {
        try (ArchiveCatalog catalog = CatalogDatabase.open(CatalogDatabase.newSchema(), folder)) {
            int schema = catalog.table("us", ArchiveTable.CLICKS).schema().schemaId();

            assertThat(catalog.table("us", ArchiveTable.CLICKS).schemas()).hasSize(1);
            assertThat(catalog.table("us", ArchiveTable.CLICKS).schema().schemaId())
                    .isEqualTo(schema);
        }
    }
}
