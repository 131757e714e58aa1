package io.lightflow.archive.parquet;

import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;

/** For columns that are read directly; Parquet asks for a converter in any case. */
class NoConverter extends GroupConverter {
    private static final Converter LEAF = new PrimitiveConverter() {};

    @Override
    public Converter getConverter(int field) {
        return new NoConverter() {
            @Override
            public boolean isPrimitive() {
                return true;
            }

            @Override
            public PrimitiveConverter asPrimitiveConverter() {
                return LEAF.asPrimitiveConverter();
            }
        };
    }

    @Override
    public void start() {
        // No record is built.
    }

    @Override
    public void end() {
        // No record is built.
    }
}
