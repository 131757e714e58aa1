package io.lightflow.archive.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.inmemory.InMemoryOutputFile;
import org.apache.iceberg.types.Types;
import org.apache.parquet.column.EncodingStats;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.io.api.Binary;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written comes back, whether the dictionary holds a column or gives up. */
class StringDictionaryWriterTest {
    /** Several pages, each of which has at most 20,000 rows. */
    private static final int ROWS = 50_000;

    private static final int CHANGES_AT = 30_000;
    private static final Schema SCHEMA = new Schema(
            Types.NestedField.required(1, "few", Types.StringType.get()),
            Types.NestedField.required(2, "unique", Types.StringType.get()),
            Types.NestedField.required(3, "later", Types.StringType.get()));

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void everyStringComesBack(long seed) throws IOException {
        Random random = new Random(seed);
        List<List<String>> columns = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (int row = 0; row < ROWS; row++) {
            columns.get(0).add(text(random.nextInt(300)));
            columns.get(1).add(text(random.nextInt()) + row);
            columns.get(2)
                    .add(row < CHANGES_AT ? text(random.nextInt(20)) : text(random.nextInt()) + row + "x".repeat(60));
        }
        InMemoryOutputFile file = new InMemoryOutputFile("strings");
        FileLayout layout = new FileLayout("strings", Set.of(), Set.of(), Set.of(), Map.of());
        try (ParquetRows rows = new ParquetRows(file, SCHEMA, layout, ROWS)) {
            for (int row = 0; row < ROWS; row++) {
                for (int column = 0; column < columns.size(); column++) {
                    // In the middle of other bytes, as in a record.
                    byte[] bytes = ("<" + columns.get(column).get(row) + ">").getBytes(StandardCharsets.UTF_8);
                    rows.columns()[column].write(Binary.fromConstantByteArray(bytes, 1, bytes.length - 2), 0, 0);
                }
                rows.endRow();
            }
            rows.finish();
        }
        try (ParquetFileReader reader = ParquetFiles.open(file.toInputFile())) {
            List<EncodingStats> pages = reader.getFooter().getBlocks().get(0).getColumns().stream()
                    .map(ColumnChunkMetaData::getEncodingStats)
                    .toList();
            assertThat(pages)
                    .extracting(EncodingStats::hasDictionaryEncodedPages)
                    .containsExactly(true, false, true);
            assertThat(pages)
                    .extracting(EncodingStats::hasNonDictionaryEncodedPages)
                    .containsExactly(false, true, true);
            var type = reader.getFileMetaData().getSchema();
            PageReadStore group = reader.readNextRowGroup();
            RecordReader<Group> records =
                    new ColumnIOFactory().getColumnIO(type).getRecordReader(group, new GroupRecordConverter(type));
            for (int row = 0; row < ROWS; row++) {
                Group found = records.read();
                for (int column = 0; column < columns.size(); column++) {
                    assertThat(found.getString(column, 0))
                            .isEqualTo(columns.get(column).get(row));
                }
            }
        }
    }

    /** Short and long strings, and the empty one. */
    private static String text(int number) {
        return number % 300 == 0 ? "" : "é-value-".substring(0, Math.floorMod(number, 8)) + number;
    }
}
