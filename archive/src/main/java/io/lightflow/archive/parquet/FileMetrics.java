package io.lightflow.archive.parquet;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.util.UnicodeUtil;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.io.api.Binary;

/** Reads the metrics of a file from its footer, for planning scans. */
final class FileMetrics {
    /** Iceberg's default for bounds of strings. */
    private static final int BOUND_CHARACTERS = 16;

    private final Schema schema;
    private final Map<Integer, Long> sizes = new HashMap<>();
    private final Map<Integer, Long> values = new HashMap<>();
    private final Map<Integer, Long> nulls = new HashMap<>();
    private final Map<Integer, Object> least = new HashMap<>();
    private final Map<Integer, Object> greatest = new HashMap<>();
    /** Columns for which a row group has no statistics. */
    private final Set<Integer> unknown = new HashSet<>();

    private FileMetrics(Schema schema) {
        this.schema = schema;
    }

    static Metrics of(Schema schema, long rows, List<BlockMetaData> groups) {
        FileMetrics metrics = new FileMetrics(schema);
        groups.forEach(group -> group.getColumns().forEach(metrics::add));
        metrics.unknown.forEach(metrics.least::remove);
        metrics.unknown.forEach(metrics.greatest::remove);
        return new Metrics(
                rows,
                metrics.sizes,
                metrics.values,
                metrics.nulls,
                Map.of(),
                metrics.bounds(metrics.least, false),
                metrics.bounds(metrics.greatest, true));
    }

    private void add(ColumnChunkMetaData chunk) {
        int id = chunk.getPrimitiveType().getId().intValue();
        sizes.merge(id, chunk.getTotalSize(), Long::sum);
        values.merge(id, chunk.getValueCount(), Long::sum);
        Statistics<?> statistics = chunk.getStatistics();
        if (statistics == null || !statistics.isNumNullsSet()) {
            unknown.add(id);
            return;
        }
        nulls.merge(id, statistics.getNumNulls(), Long::sum);
        if (statistics.hasNonNullValue()) {
            merge(least, id, value(id, statistics.genericGetMin()), -1);
            merge(greatest, id, value(id, statistics.genericGetMax()), 1);
        } else if (statistics.getNumNulls() != chunk.getValueCount()) {
            unknown.add(id);
        }
    }

    private Object value(int id, Object stored) {
        if (!(stored instanceof Binary binary)) {
            return stored;
        }
        return schema.findType(id).typeId() == Type.TypeID.STRING ? binary.toStringUsingUTF8() : binary.toByteBuffer();
    }

    private void merge(Map<Integer, Object> bounds, int id, Object value, int sign) {
        bounds.merge(id, value, (a, b) -> sign * compare(id, a, b) >= 0 ? a : b);
    }

    @SuppressWarnings("unchecked")
    private int compare(int id, Object a, Object b) {
        if (schema.findType(id).typeId() == Type.TypeID.STRING) {
            return org.apache.iceberg.types.Comparators.charSequences().compare((CharSequence) a, (CharSequence) b);
        }
        return ((Comparable<Object>) a).compareTo(b);
    }

    private Map<Integer, ByteBuffer> bounds(Map<Integer, Object> found, boolean upper) {
        Map<Integer, ByteBuffer> bounds = new HashMap<>();
        found.forEach((id, value) -> {
            Type type = schema.findType(id);
            Object bound = value;
            if (type.typeId() == Type.TypeID.BINARY) {
                return;
            }
            if (type.typeId() == Type.TypeID.STRING) {
                bound = upper
                        ? UnicodeUtil.truncateStringMax((String) value, BOUND_CHARACTERS)
                        : UnicodeUtil.truncateStringMin((String) value, BOUND_CHARACTERS);
            }
            if (bound != null) {
                bounds.put(id, Conversions.toByteBuffer(type, bound));
            }
        });
        return bounds;
    }
}
