package io.lightflow.peers;

import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.Impression;
import io.lightflow.event.WireFormat;
import io.lightflow.registry.client.SchemaId;
import java.nio.ByteBuffer;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;

/**
 * Joins records without decoding them: Avro encodes a record as its fields one after the other, so the bodies of a
 * click and of its impression are the body of the joined click.
 */
public final class JoinedRecords {
    public static final Schema CLICK = SchemaBuilder.record("JoinedClick")
            .namespace("io.lightflow.peers")
            .fields()
            .name("click")
            .type(Click.getClassSchema())
            .noDefault()
            .name("impression")
            .type(Impression.getClassSchema())
            .noDefault()
            .endRecord();

    public static final Schema CONVERSION = SchemaBuilder.record("AttributedConversion")
            .namespace("io.lightflow.peers")
            .fields()
            .name("conversion")
            .type(Conversion.getClassSchema())
            .noDefault()
            .name("click")
            .type(Schema.createUnion(Schema.create(Schema.Type.NULL), CLICK))
            .noDefault()
            .endRecord();

    private static final int CLICK_ID = SchemaId.of(CLICK);
    private static final int CONVERSION_ID = SchemaId.of(CONVERSION);
    /** The numbers of the union's branches in Avro's zigzag encoding. */
    private static final byte NO_CLICK = 0;

    private static final byte WITH_CLICK = 2;

    private JoinedRecords() {}

    /** A record of {@link #CLICK}. */
    public static byte[] click(byte[] click, byte[] impression) {
        return header(CLICK_ID, click.length + bodyBytes(impression))
                .put(click, WireFormat.HEADER_BYTES, bodyBytes(click))
                .put(impression, WireFormat.HEADER_BYTES, bodyBytes(impression))
                .array();
    }

    /**
     * A record of {@link #CONVERSION}.
     *
     * @param joinedClick null if the conversion is unattributed
     */
    public static byte[] conversion(byte[] conversion, byte[] joinedClick) {
        int clickBytes = joinedClick == null ? 0 : bodyBytes(joinedClick);
        ByteBuffer record = header(CONVERSION_ID, conversion.length + 1 + clickBytes)
                .put(conversion, WireFormat.HEADER_BYTES, bodyBytes(conversion))
                .put(joinedClick == null ? NO_CLICK : WITH_CLICK);
        if (joinedClick != null) {
            record.put(joinedClick, WireFormat.HEADER_BYTES, clickBytes);
        }
        return record.array();
    }

    private static ByteBuffer header(int schemaId, int bytes) {
        return ByteBuffer.allocate(bytes).put((byte) 0).putInt(schemaId);
    }

    private static int bodyBytes(byte[] value) {
        return value.length - WireFormat.HEADER_BYTES;
    }
}
