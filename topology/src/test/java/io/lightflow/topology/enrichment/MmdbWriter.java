package io.lightflow.topology.enrichment;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes small MMDB files: <a href="https://maxmind.github.io/MaxMind-DB/">format 2.0</a> with records of 32 bits and
 * strings, maps, lists and integers as data. Networks must not overlap.
 */
public final class MmdbWriter {
    private static final int STRING = 2;
    private static final int UINT16 = 5;
    private static final int UINT32 = 6;
    private static final int MAP = 7;
    private static final int UINT64 = 9;
    private static final int ARRAY = 11;
    private static final int EXTENDED = 7;
    private static final int SEPARATOR_BYTES = 16;
    private static final int IPV4_AT = 96;
    private static final byte[] METADATA = {(byte) 0xab, (byte) 0xcd, (byte) 0xef};

    private final long builtAt;
    /** Children of each node: 0 for none, a positive node, or minus a data offset minus 1. */
    private final List<long[]> nodes = new ArrayList<>(List.of(new long[2]));

    private final ByteArrayOutputStream data = new ByteArrayOutputStream();

    /** @param builtAt build time, in seconds since the Unix epoch */
    public MmdbWriter(long builtAt) {
        this.builtAt = builtAt;
    }

    /** @param network in CIDR notation */
    public MmdbWriter add(String network, Map<String, Object> value) throws IOException {
        int slash = network.indexOf('/');
        byte[] address = InetAddress.getByName(network.substring(0, slash)).getAddress();
        int skipped = address.length == 4 ? IPV4_AT : 0;
        int bits = Integer.parseInt(network.substring(slash + 1)) + skipped;
        long offset = data.size();
        write(data, value);
        int node = 0;
        for (int bit = 0; bit < bits; bit++) {
            int at = bit - skipped;
            int side = at < 0 ? 0 : address[at / 8] >> (7 - at % 8) & 1;
            long[] children = nodes.get(node);
            if (bit == bits - 1) {
                children[side] = -offset - 1;
            } else {
                if (children[side] == 0) {
                    children[side] = nodes.size();
                    nodes.add(new long[2]);
                }
                node = (int) children[side];
            }
        }
        return this;
    }

    public Path writeTo(Path file) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (long[] children : nodes) {
            for (long child : children) {
                long record =
                        child == 0 ? nodes.size() : child > 0 ? child : nodes.size() + SEPARATOR_BYTES - child - 1;
                for (int shift = 24; shift >= 0; shift -= 8) {
                    all.write((int) (record >> shift));
                }
            }
        }
        all.writeBytes(new byte[SEPARATOR_BYTES]);
        all.writeBytes(data.toByteArray());
        all.writeBytes(METADATA);
        all.writeBytes("MaxMind.com".getBytes(StandardCharsets.US_ASCII));
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("binary_format_major_version", 2);
        metadata.put("binary_format_minor_version", 0);
        metadata.put("build_epoch", builtAt);
        metadata.put("database_type", "Test");
        metadata.put("description", Map.of("en", "for tests"));
        metadata.put("ip_version", 6);
        metadata.put("languages", List.of("en"));
        metadata.put("node_count", (short) nodes.size());
        metadata.put("record_size", 32);
        write(all, metadata);
        return Files.write(file, all.toByteArray());
    }

    private static void write(ByteArrayOutputStream to, Object value) {
        if (value instanceof String string) {
            byte[] bytes = string.getBytes(StandardCharsets.UTF_8);
            control(to, STRING, bytes.length);
            to.writeBytes(bytes);
        } else if (value instanceof Map<?, ?> map) {
            control(to, MAP, map.size());
            map.forEach((key, item) -> {
                write(to, key);
                write(to, item);
            });
        } else if (value instanceof List<?> list) {
            control(to, ARRAY, list.size());
            list.forEach(item -> write(to, item));
        } else if (value instanceof Short number) {
            number(to, UINT32, 4, number);
        } else if (value instanceof Integer number) {
            number(to, UINT16, 2, number);
        } else {
            number(to, UINT64, 8, (Long) value);
        }
    }

    private static void number(ByteArrayOutputStream to, int type, int bytes, long value) {
        control(to, type, bytes);
        for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
            to.write((int) (value >> shift));
        }
    }

    private static void control(ByteArrayOutputStream to, int type, int size) {
        if (size >= 29) {
            throw new IllegalArgumentException("expected values of less than 29 bytes or items, found " + size);
        }
        to.write((type > EXTENDED ? 0 : type << 5) | size);
        if (type > EXTENDED) {
            to.write(type - EXTENDED);
        }
    }
}
