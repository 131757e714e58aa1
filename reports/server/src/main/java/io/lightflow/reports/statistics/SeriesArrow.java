package io.lightflow.reports.statistics;

import com.google.flatbuffers.FlatBufferBuilder;
import io.lightflow.reports.http.ProblemException;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.Decimal;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.flatbuf.TimeUnit;
import org.apache.arrow.flatbuf.Timestamp;
import org.apache.arrow.flatbuf.Type;
import org.apache.arrow.flatbuf.Utf8;

/**
 * A series as an Arrow stream: a schema, one batch of records, the end. Written with Arrow's own message types and
 * without its vectors, which take memory outside the heap and a flag of the JVM.
 */
final class SeriesArrow {
    static final String CONTENT_TYPE = "application/vnd.apache.arrow.stream";

    private static final int ALIGNMENT = 8;
    private static final int CONTINUES = 0xFFFFFFFF;
    private static final int DECIMAL_BITS = 128;
    private static final int DECIMAL_BYTES = DECIMAL_BITS / 8;
    private static final int DECIMAL_DIGITS = 38;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private SeriesArrow() {}

    static byte[] bytes(List<SeriesColumn> columns, List<SeriesRow> rows) {
        SeriesArrow stream = new SeriesArrow();
        stream.schema(columns);
        stream.batch(columns, rows);
        stream.write(littleEndian(8).putInt(CONTINUES).putInt(0).array());
        return stream.out.toByteArray();
    }

    private void schema(List<SeriesColumn> columns) {
        FlatBufferBuilder builder = new FlatBufferBuilder();
        int[] fields =
                columns.stream().mapToInt(column -> field(builder, column)).toArray();
        int schema = Schema.createSchema(builder, Endianness.Little, Schema.createFieldsVector(builder, fields), 0, 0);
        message(builder, MessageHeader.Schema, schema, new byte[0]);
    }

    private static int field(FlatBufferBuilder builder, SeriesColumn column) {
        int name = builder.createString(column.name());
        int children = Field.createChildrenVector(builder, new int[0]);
        byte kind;
        int type;
        switch (column.kind()) {
            case TIME -> {
                kind = Type.Timestamp;
                type = Timestamp.createTimestamp(builder, TimeUnit.MILLISECOND, builder.createString("UTC"));
            }
            case TEXT -> {
                kind = Type.Utf8;
                Utf8.startUtf8(builder);
                type = Utf8.endUtf8(builder);
            }
            case NUMBER -> {
                kind = Type.Int;
                type = Int.createInt(builder, Long.SIZE, true);
            }
            case RATE -> {
                kind = Type.Decimal;
                type = Decimal.createDecimal(builder, DECIMAL_DIGITS, SeriesRow.RATE_SCALE, DECIMAL_BITS);
            }
            default -> throw new IllegalStateException("no Arrow type for " + column.kind());
        }
        return Field.createField(builder, name, true, kind, type, 0, children, 0);
    }

    private void batch(List<SeriesColumn> columns, List<SeriesRow> rows) {
        List<byte[]> buffers = new ArrayList<>();
        long[] nulls = new long[columns.size()];
        for (int i = 0; i < nulls.length; i++) {
            nulls[i] = column(columns.get(i), rows, buffers);
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        long[] offsets = new long[buffers.size()];
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = body.size();
            body.writeBytes(buffers.get(i));
            body.writeBytes(new byte[padding(body.size())]);
        }
        FlatBufferBuilder builder = new FlatBufferBuilder();
        RecordBatch.startBuffersVector(builder, offsets.length);
        for (int i = offsets.length - 1; i >= 0; i--) {
            Buffer.createBuffer(builder, offsets[i], buffers.get(i).length);
        }
        int buffersVector = builder.endVector();
        RecordBatch.startNodesVector(builder, nulls.length);
        for (int i = nulls.length - 1; i >= 0; i--) {
            FieldNode.createFieldNode(builder, rows.size(), nulls[i]);
        }
        int nodesVector = builder.endVector();
        RecordBatch.startRecordBatch(builder);
        RecordBatch.addLength(builder, rows.size());
        RecordBatch.addNodes(builder, nodesVector);
        RecordBatch.addBuffers(builder, buffersVector);
        message(builder, MessageHeader.RecordBatch, RecordBatch.endRecordBatch(builder), body.toByteArray());
    }

    /** @throws ProblemException if the number exceeds 64 bits, which the format's integers do not hold */
    private static long number(SeriesColumn column, Object value) {
        if (value instanceof BigInteger big) {
            if (big.bitLength() >= Long.SIZE) {
                throw new ProblemException(
                        400,
                        "number-too-large",
                        "A sum exceeds 64 bits",
                        "the column " + column.name() + " has " + big + ", which Arrow's integers do not hold: ask for"
                                + " the format json or csv");
            }
            return big.longValue();
        }
        return (Long) value;
    }

    /** Adds the column's buffers: validity bitmap, string offsets, values. Returns the number of nulls. */
    private static long column(SeriesColumn column, List<SeriesRow> rows, List<byte[]> buffers) {
        byte[] valid = new byte[(rows.size() + 7) / 8];
        long nulls = 0;
        ByteArrayOutputStream texts = new ByteArrayOutputStream();
        ByteBuffer values = littleEndian(
                switch (column.kind()) {
                    case TIME, NUMBER -> Long.BYTES * rows.size();
                    case TEXT -> Integer.BYTES * (rows.size() + 1);
                    case RATE -> DECIMAL_BYTES * rows.size();
                });
        if (column.kind() == SeriesColumn.Kind.TEXT) {
            values.putInt(0);
        }
        for (int i = 0; i < rows.size(); i++) {
            Object value = column.value().apply(rows.get(i));
            if (value == null) {
                nulls++;
            } else {
                valid[i / 8] |= (byte) (1 << i % 8);
            }
            switch (column.kind()) {
                case TIME -> values.putLong(((Instant) value).toEpochMilli());
                case NUMBER -> values.putLong(value == null ? 0 : number(column, value));
                case RATE -> values.put(decimal((BigDecimal) value));
                case TEXT -> {
                    texts.writeBytes(((String) value).getBytes(StandardCharsets.UTF_8));
                    values.putInt(texts.size());
                }
            }
        }
        buffers.add(valid);
        buffers.add(values.array());
        if (column.kind() == SeriesColumn.Kind.TEXT) {
            buffers.add(texts.toByteArray());
        }
        return nulls;
    }

    private static byte[] decimal(BigDecimal value) {
        BigInteger unscaled = value == null ? BigInteger.ZERO : value.unscaledValue();
        return littleEndian(DECIMAL_BYTES)
                .putLong(unscaled.longValue())
                .putLong(unscaled.shiftRight(Long.SIZE).longValue())
                .array();
    }

    private void message(FlatBufferBuilder builder, byte kind, int header, byte[] body) {
        builder.finish(Message.createMessage(builder, MetadataVersion.V5, kind, header, body.length, 0));
        byte[] message = builder.sizedByteArray();
        int padding = padding(message.length);
        write(littleEndian(ALIGNMENT)
                .putInt(CONTINUES)
                .putInt(message.length + padding)
                .array());
        write(message);
        write(new byte[padding]);
        write(body);
    }

    private void write(byte[] bytes) {
        out.writeBytes(bytes);
    }

    private static int padding(int length) {
        return -length & ALIGNMENT - 1;
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
