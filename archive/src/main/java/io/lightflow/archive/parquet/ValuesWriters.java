package io.lightflow.archive.parquet;

import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.column.values.ValuesWriter;
import org.apache.parquet.column.values.factory.DefaultV1ValuesWriterFactory;
import org.apache.parquet.column.values.factory.ValuesWriterFactory;
import org.apache.parquet.column.values.fallback.FallbackValuesWriter;
import org.apache.parquet.column.values.plain.PlainValuesWriter;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/** Parquet's encodings, with our dictionary for strings. */
final class ValuesWriters implements ValuesWriterFactory {
    private final ValuesWriterFactory parquet = new DefaultV1ValuesWriterFactory();
    private ParquetProperties properties;

    @Override
    public void initialize(ParquetProperties all) {
        properties = all;
        parquet.initialize(all);
    }

    @Override
    public ValuesWriter newValuesWriter(ColumnDescriptor column) {
        if (column.getPrimitiveType().getPrimitiveTypeName() != PrimitiveTypeName.BINARY
                || !properties.isDictionaryEnabled(column)) {
            return parquet.newValuesWriter(column);
        }
        return FallbackValuesWriter.of(
                new StringDictionaryWriter(properties.getDictionaryPageSizeThreshold(), properties.getAllocator()),
                new PlainValuesWriter(
                        properties.getInitialSlabSize(), properties.getPageSizeThreshold(), properties.getAllocator()));
    }
}
