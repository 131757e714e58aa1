package io.lightflow.archive.table;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.DecoderFactory;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/**
 * Copies bodies of one writer's schema into the columns of a file, without a record in between. {@link #check} walks a
 * body and finds its event time; {@link #read} then cannot fail. Not thread-safe.
 */
final class BodyPlan {
    /** One field of the writer's schema. */
    private abstract static class Step {
        abstract void check(BodyPlan plan, AvroCursor in);

        abstract void read(AvroCursor in, RowBatch.Slots slots);

        /**
         * Sets null in every column below.
         *
         * @param level how many of the column's groups are present
         */
        abstract void setNull(RowBatch.Slots slots, int level);
    }

    private final Step body;
    /** Strings that stand for values of bodies: symbols of enums, and defaults. */
    private final List<Binary> constants = new ArrayList<>();

    private long time;

    /**
     * @param writer schema of the bodies
     * @param type schema of the file
     * @param timePath path of the field that holds the event time
     * @param defaults the schema whose defaults stand for fields that the writer's schema lacks
     * @throws IllegalArgumentException if a column cannot hold its field
     */
    BodyPlan(Schema writer, MessageType type, String timePath, Schema defaults) {
        Map<String, Integer> columns = new HashMap<>();
        Map<String, Integer> levels = new HashMap<>();
        Map<String, PrimitiveTypeName> types = new HashMap<>();
        List<ColumnDescriptor> descriptors = type.getColumns();
        for (int i = 0; i < descriptors.size(); i++) {
            String path = String.join(".", descriptors.get(i).getPath());
            columns.put(path, i);
            levels.put(path, descriptors.get(i).getMaxDefinitionLevel());
            types.put(path, descriptors.get(i).getPrimitiveType().getPrimitiveTypeName());
        }
        this.body = new Builder(columns, levels, types, timePath, constants).record(writer, defaults, "", 0);
    }

    /**
     * Reads a body.
     *
     * @return its event time
     * @throws DamagedBodyException if it is not one of the schema
     */
    long check(AvroCursor in) {
        time = Long.MIN_VALUE;
        body.check(this, in);
        if (!in.isEnd()) {
            throw new DamagedBodyException("bytes follow the body");
        }
        if (time == Long.MIN_VALUE) {
            throw new DamagedBodyException("the body has no event time");
        }
        return time;
    }

    /** Reads the values of a body that was checked. */
    void read(AvroCursor in, RowBatch.Slots slots) {
        body.read(in, slots);
    }

    /** A constant of the values. */
    Binary constant(int index) {
        return constants.get(index);
    }

    private record Builder(
            Map<String, Integer> columns,
            Map<String, Integer> levels,
            Map<String, PrimitiveTypeName> types,
            String timePath,
            List<Binary> constants) {

        private int constant(String text) {
            constants.add(Binary.fromString(text));
            return constants.size() - 1;
        }

        Step record(Schema writer, Schema defaults, String path, int level) {
            List<Step> steps = new ArrayList<>();
            for (Schema.Field field : writer.getFields()) {
                Schema.Field known = defaults == null ? null : defaults.getField(field.name());
                steps.add(step(field.schema(), known == null ? null : known.schema(), path + field.name(), level));
            }
            addMissing(writer, defaults, path, level, steps);
            return new RecordStep(steps.toArray(Step[]::new));
        }

        /** Columns below this record that the writer's schema lacks. */
        private void addMissing(Schema writer, Schema defaults, String path, int level, List<Step> steps) {
            columns.forEach((name, column) -> {
                if (!name.startsWith(path) || path.isEmpty() && RecordColumns.NAMES.contains(name)) {
                    return;
                }
                String rest = name.substring(path.length());
                boolean isNested = rest.contains(".");
                String first = isNested ? rest.substring(0, rest.indexOf('.')) : rest;
                Schema.Field known = writer.getField(first);
                if (known == null || !AvroColumns.isColumn(AvroColumns.withoutNull(known.schema()))) {
                    Long value = isNested || defaults == null ? null : defaultOf(defaults.getField(first));
                    steps.add(new MissingStep(column, value == null ? level : levels.get(name), value));
                }
            });
        }

        /** A default as it stands in a slot; null if there is none. */
        private Long defaultOf(Schema.Field field) {
            Object value = field == null || !field.hasDefaultValue()
                    ? null
                    : GenericData.get().getDefaultValue(field);
            if (value instanceof CharSequence text) {
                return ~(long) constant(text.toString());
            } else if (value instanceof Long || value instanceof Integer) {
                return ((Number) value).longValue();
            } else if (value instanceof Boolean flag) {
                return flag ? 1L : 0L;
            }
            return null;
        }

        private Step step(Schema schema, Schema defaults, String path, int level) {
            Schema type = AvroColumns.withoutNull(schema);
            if (!AvroColumns.isColumn(type)) {
                return new OtherStep(schema);
            }
            Schema known = defaults == null ? null : AvroColumns.withoutNull(defaults);
            Step inner = type.getType() == Schema.Type.RECORD
                    ? record(
                            type,
                            known != null && known.getType() == Schema.Type.RECORD ? known : null,
                            path + ".",
                            level + 1)
                    : value(type, path);
            return type == schema
                    ? inner
                    : new UnionStep(inner, schema.getTypes().get(0).getType() == Schema.Type.NULL ? 0 : 1, level);
        }

        private static boolean holds(PrimitiveTypeName column, Schema.Type field) {
            return switch (field) {
                case STRING, BYTES, ENUM -> column == PrimitiveTypeName.BINARY;
                case LONG -> column == PrimitiveTypeName.INT64;
                case INT -> column == PrimitiveTypeName.INT32 || column == PrimitiveTypeName.INT64;
                case BOOLEAN -> column == PrimitiveTypeName.BOOLEAN;
                case FLOAT -> column == PrimitiveTypeName.FLOAT;
                case DOUBLE -> column == PrimitiveTypeName.DOUBLE;
                default -> false;
            };
        }

        private Step value(Schema type, String path) {
            int column = columns.getOrDefault(path, -1);
            int level = levels.getOrDefault(path, 0);
            if (column >= 0 && !holds(types.get(path), type.getType())) {
                throw new IllegalArgumentException("the column " + path + " of type " + types.get(path)
                        + " cannot hold a field of type " + type.getType());
            }
            boolean isTime = path.equals(timePath);
            return switch (type.getType()) {
                case STRING -> new StringStep(column, level, true);
                case BYTES -> new StringStep(column, level, false);
                case LONG -> new LongStep(column, level, isTime);
                case INT -> new IntStep(column, level);
                case BOOLEAN -> new BooleanStep(column, level);
                case FLOAT -> new FloatStep(column, level);
                case DOUBLE -> new DoubleStep(column, level);
                case ENUM ->
                    new EnumStep(
                            column,
                            level,
                            type.getEnumSymbols().stream()
                                    .mapToInt(this::constant)
                                    .toArray());
                default -> throw new IllegalArgumentException("no column holds " + type);
            };
        }
    }

    private static final class RecordStep extends Step {
        private final Step[] steps;

        RecordStep(Step[] steps) {
            this.steps = steps;
        }

        @Override
        void check(BodyPlan plan, AvroCursor in) {
            for (Step step : steps) {
                step.check(plan, in);
            }
        }

        @Override
        void read(AvroCursor in, RowBatch.Slots slots) {
            for (Step step : steps) {
                step.read(in, slots);
            }
        }

        @Override
        void setNull(RowBatch.Slots slots, int level) {
            for (Step step : steps) {
                step.setNull(slots, level);
            }
        }
    }

    private static final class UnionStep extends Step {
        private final Step inner;
        private final int nullBranch;
        private final int level;

        UnionStep(Step inner, int nullBranch, int level) {
            this.inner = inner;
            this.nullBranch = nullBranch;
            this.level = level;
        }

        @Override
        void check(BodyPlan plan, AvroCursor in) {
            long branch = in.readLong();
            if (branch < 0 || branch > 1) {
                throw new DamagedBodyException("expected branch 0 or 1 of a union, found " + branch);
            }
            if (branch != nullBranch) {
                inner.check(plan, in);
            }
        }

        @Override
        void read(AvroCursor in, RowBatch.Slots slots) {
            if (in.readLong() == nullBranch) {
                inner.setNull(slots, level);
            } else {
                inner.read(in, slots);
            }
        }

        @Override
        void setNull(RowBatch.Slots slots, int absentAt) {
            inner.setNull(slots, absentAt);
        }
    }

    /** A field with one column; a column of -1 is not in the table. */
    private abstract static class ValueStep extends Step {
        final int column;
        final int level;

        ValueStep(int column, int level) {
            this.column = column;
            this.level = level;
        }

        @Override
        final void setNull(RowBatch.Slots slots, int absentAt) {
            if (column >= 0) {
                slots.setNull(column, absentAt);
            }
        }
    }

    private static final class StringStep extends ValueStep {
        private final boolean text;

        StringStep(int column, int level, boolean text) {
            super(column, level);
            this.text = text;
        }

        @Override
        void check(BodyPlan plan, AvroCursor in) {
            int length = in.readLength();
            if (text && !Utf8.isValid(in.bytes(), in.at(), length)) {
                throw new DamagedBodyException("a string is not UTF-8");
            }
            in.skip(length);
        }

        @Override
        void read(AvroCursor in, RowBatch.Slots slots) {
            int length = in.readLength();
            if (column >= 0) {
                slots.setBytes(column, level, in.at(), length);
            }
            in.skip(length);
        }
    }

    private static final class LongStep extends ValueStep {
        private final boolean isTime;

        LongStep(int column, int level, boolean isTime) {
            super(column, level);
            this.isTime = isTime;
        }

        @Override
        void check(BodyPlan plan, AvroCursor in) {
            long value = in.readLong();
            if (isTime) {
                plan.time = value;
            }
        }

        @Override
        void read(AvroCursor in, RowBatch.Slots slots) {
            long value = in.readLong();
            if (column >= 0) {
                slots.set(column, level, value);
            }
        }
    }

    private static final class IntStep extends ValueStep {
        IntStep(int column, int level) {
            super(column, level);
        }

        @Override
        void check(BodyPlan plan, AvroCursor in) {
            long value = in.readLong();
            if (value != (int) value) {
                throw new DamagedBodyException("expected an int, found " + value);
            }
        }

        @Override
        void read(AvroCursor in, RowBatch.Slots slots) {
            int value = (int) in.readLong();
            if (column >= 0) {
                slots.set(column, level, value);
            }
        }
    }

    private static final class BooleanStep extends ValueStep {
        BooleanStep(int column, int level) {
            super(column, level);
        }

        @Override
        void check(BodyPlan plan, AvroCursor in) {
            in.skip(in.require(1));
        }

        @Override
        void read(AvroCursor in, RowBatch.Slots slots) {
            if (column >= 0) {
                slots.set(column, level, in.bytes()[in.at()] == 1 ? 1 : 0);
            }
            in.skip(1);
        }
    }

    private static final class FloatStep extends ValueStep {
        FloatStep(int column, int level) {
            super(column, level);
        }

        @Override
        void check(BodyPlan plan, AvroCursor in) {
            in.skip(in.require(Float.BYTES));
        }

        @Override
        void read(AvroCursor in, RowBatch.Slots slots) {
            if (column >= 0) {
                slots.set(
                        column, level, Float.floatToRawIntBits(littleEndian(in).getFloat()));
            }
            in.skip(Float.BYTES);
        }
    }

    private static final class DoubleStep extends ValueStep {
        DoubleStep(int column, int level) {
            super(column, level);
        }

        @Override
        void check(BodyPlan plan, AvroCursor in) {
            in.skip(in.require(Double.BYTES));
        }

        @Override
        void read(AvroCursor in, RowBatch.Slots slots) {
            if (column >= 0) {
                slots.set(
                        column,
                        level,
                        Double.doubleToRawLongBits(littleEndian(in).getDouble()));
            }
            in.skip(Double.BYTES);
        }
    }

    private static ByteBuffer littleEndian(AvroCursor in) {
        return ByteBuffer.wrap(in.bytes()).order(ByteOrder.LITTLE_ENDIAN).position(in.at());
    }

    private static final class EnumStep extends ValueStep {
        /** Indexes of constants. */
        private final int[] symbols;

        EnumStep(int column, int level, int[] symbols) {
            super(column, level);
            this.symbols = symbols;
        }

        @Override
        void check(BodyPlan plan, AvroCursor in) {
            long ordinal = in.readLong();
            if (ordinal < 0 || ordinal >= symbols.length) {
                throw new DamagedBodyException("expected one of " + symbols.length + " symbols, found " + ordinal);
            }
        }

        @Override
        void read(AvroCursor in, RowBatch.Slots slots) {
            int ordinal = (int) in.readLong();
            if (column >= 0) {
                slots.setConstant(column, level, symbols[ordinal]);
            }
        }
    }

    /** A column of which the writer's schema has no field. */
    private static final class MissingStep extends Step {
        private final int column;
        private final int level;
        /** Null, a long, or the complement of the index of a constant. */
        private final Long value;

        MissingStep(int column, int level, Long value) {
            this.column = column;
            this.level = level;
            this.value = value;
        }

        @Override
        void check(BodyPlan plan, AvroCursor in) {
            // Nothing of it is in the body.
        }

        @Override
        void read(AvroCursor in, RowBatch.Slots slots) {
            if (value == null) {
                slots.setNull(column, level);
            } else {
                slots.set(column, level, value);
            }
        }

        @Override
        void setNull(RowBatch.Slots slots, int absentAt) {
            slots.setNull(column, absentAt);
        }
    }

    /** A field of a type that has no column. */
    private static final class OtherStep extends Step {
        private final Schema schema;

        OtherStep(Schema schema) {
            this.schema = schema;
        }

        @Override
        void check(BodyPlan plan, AvroCursor in) {
            read(in, null);
        }

        @Override
        void read(AvroCursor in, RowBatch.Slots slots) {
            org.apache.avro.io.BinaryDecoder decoder =
                    DecoderFactory.get().binaryDecoder(in.bytes(), in.at(), in.bytes().length - in.at(), null);
            try {
                GenericDatumReader.skip(schema, decoder);
                in.skip(in.bytes().length - in.at() - decoder.inputStream().available());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (RuntimeException e) {
                throw new DamagedBodyException("a field does not decode: " + e);
            }
        }

        @Override
        void setNull(RowBatch.Slots slots, int level) {
            // It has no column.
        }
    }
}
