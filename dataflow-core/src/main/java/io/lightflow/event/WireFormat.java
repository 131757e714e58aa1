package io.lightflow.event;

/** The Confluent wire format: a zero byte, the schema's id in four bytes (big-endian), the Avro binary body. */
public final class WireFormat {
    public static final int HEADER_BYTES = 5;

    private WireFormat() {}

    /** Whether the value starts with a header. */
    public static boolean hasHeader(byte[] value) {
        return value != null && value.length >= HEADER_BYTES && value[0] == 0;
    }

    public static int schemaId(byte[] value) {
        return (value[1] & 0xff) << 24 | (value[2] & 0xff) << 16 | (value[3] & 0xff) << 8 | (value[4] & 0xff);
    }

    /** Returns a body with its header. */
    public static byte[] value(int schemaId, byte[] body) {
        byte[] value = new byte[HEADER_BYTES + body.length];
        writeHeader(value, schemaId);
        System.arraycopy(body, 0, value, HEADER_BYTES, body.length);
        return value;
    }

    public static void writeHeader(byte[] value, int schemaId) {
        value[0] = 0;
        value[1] = (byte) (schemaId >>> 24);
        value[2] = (byte) (schemaId >>> 16);
        value[3] = (byte) (schemaId >>> 8);
        value[4] = (byte) schemaId;
    }
}
