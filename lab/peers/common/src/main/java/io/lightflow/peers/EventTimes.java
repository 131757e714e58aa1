package io.lightflow.peers;

import io.lightflow.event.Beacon;
import io.lightflow.event.WireFormat;
import io.lightflow.registry.client.SchemaId;

/**
 * Reads the event time of a record without decoding the rest. A beacon begins with its time; a light event begins with
 * its id, and the time follows.
 */
public final class EventTimes {
    private static final int BEACON_ID = SchemaId.of(Beacon.getClassSchema());

    private EventTimes() {}

    /** Whether the record is a beacon, which carries the event time of a partition without traffic. */
    public static boolean isBeacon(byte[] value) {
        return WireFormat.schemaId(value) == BEACON_ID;
    }

    /** Ms since the Unix epoch. */
    public static long of(byte[] value) {
        int position = WireFormat.HEADER_BYTES;
        if (!isBeacon(value)) {
            long idBytes = number(value, position);
            while (value[position] < 0) {
                position++;
            }
            position += 1 + (int) idBytes;
        }
        return number(value, position);
    }

    /** Avro's variable-length zigzag number. */
    private static long number(byte[] value, int position) {
        long bits = 0;
        int shift = 0;
        int next = position;
        while (true) {
            byte part = value[next++];
            bits |= (part & 0x7fL) << shift;
            if (part >= 0) {
                return bits >>> 1 ^ -(bits & 1);
            }
            shift += 7;
        }
    }
}
