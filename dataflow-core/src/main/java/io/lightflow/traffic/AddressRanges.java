package io.lightflow.traffic;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Sorted, disjoint ranges of IPv4 and IPv6 addresses. An IPv4 address is looked up as its mapped IPv6 address. */
final class AddressRanges {
    private static final int BYTES = 16;
    private static final int IPV4_BITS = 32;
    private static final int IPV4_AT = 12;
    private static final int IPV4_PARTS = 4;

    private final byte[][] from;
    private final byte[][] to;

    private record Range(byte[] from, byte[] to) {}

    private AddressRanges(List<Range> ranges) {
        from = ranges.stream().map(Range::from).toArray(byte[][]::new);
        to = ranges.stream().map(Range::to).toArray(byte[][]::new);
    }

    /** @throws IllegalArgumentException if one is not in CIDR notation */
    static AddressRanges of(List<String> cidrs) {
        List<Range> sorted = new ArrayList<>(cidrs.stream()
                .map(AddressRanges::range)
                .sorted(Comparator.comparing(Range::from, Arrays::compareUnsigned))
                .toList());
        List<Range> disjoint = new ArrayList<>(sorted.size());
        for (Range next : sorted) {
            Range last = disjoint.isEmpty() ? null : disjoint.get(disjoint.size() - 1);
            if (last != null && Arrays.compareUnsigned(next.from(), last.to()) <= 0) {
                byte[] end = Arrays.compareUnsigned(next.to(), last.to()) > 0 ? next.to() : last.to();
                disjoint.set(disjoint.size() - 1, new Range(last.from(), end));
            } else {
                disjoint.add(next);
            }
        }
        return new AddressRanges(disjoint);
    }

    private static Range range(String cidr) {
        int slash = cidr.indexOf('/');
        byte[] address = parse(slash < 0 ? cidr : cidr.substring(0, slash));
        if (address == null) {
            throw notCidr(cidr);
        }
        boolean four = cidr.indexOf(':') < 0;
        int most = four ? IPV4_BITS : BYTES * Byte.SIZE;
        int prefix = slash < 0 ? most : number(cidr.substring(slash + 1));
        if (prefix < 0 || prefix > most) {
            throw notCidr(cidr);
        }
        int bits = four ? prefix + IPV4_AT * Byte.SIZE : prefix;
        byte[] first = address.clone();
        byte[] last = address.clone();
        for (int bit = bits; bit < BYTES * Byte.SIZE; bit++) {
            int mask = 0x80 >> bit % Byte.SIZE;
            first[bit / Byte.SIZE] &= (byte) ~mask;
            last[bit / Byte.SIZE] |= (byte) mask;
        }
        return new Range(first, last);
    }

    private static IllegalArgumentException notCidr(String cidr) {
        return new IllegalArgumentException(
                "expected an address range such as 192.0.2.0/24 or 2001:db8::/32, found \"" + cidr + "\"");
    }

    boolean isEmpty() {
        return from.length == 0;
    }

    /** Whether a range contains the address. A string that is no address is in none; no name is looked up. */
    boolean contains(String address) {
        byte[] bytes = parse(address);
        if (bytes == null) {
            return false;
        }
        int at = Arrays.binarySearch(from, bytes, Arrays::compareUnsigned);
        int range = at >= 0 ? at : -at - 2;
        return range >= 0 && Arrays.compareUnsigned(bytes, to[range]) <= 0;
    }

    /** @return null if it is no address. An IPv4 address may have {@code *} as its last part, as in some logs */
    private static byte[] parse(String address) {
        if (address.indexOf(':') >= 0) {
            return parseIpv6(address);
        }
        byte[] bytes = new byte[BYTES];
        bytes[IPV4_AT - 1] = (byte) 0xff;
        bytes[IPV4_AT - 2] = (byte) 0xff;
        int begin = 0;
        for (int part = 0; part < IPV4_PARTS; part++) {
            int dot = address.indexOf('.', begin);
            boolean last = part == IPV4_PARTS - 1;
            if (last != dot < 0) {
                return null;
            }
            String digits = last ? address.substring(begin) : address.substring(begin, dot);
            int value = last && digits.equals("*") ? 0 : number(digits);
            if (value < 0 || value > 255) {
                return null;
            }
            bytes[IPV4_AT + part] = (byte) value;
            begin = dot + 1;
        }
        return bytes;
    }

    /** A string with a colon is never looked up as a name. A zone would be compared with this machine's interfaces. */
    private static byte[] parseIpv6(String address) {
        if (address.indexOf('%') >= 0) {
            return null;
        }
        try {
            byte[] bytes = InetAddress.getByName(address).getAddress();
            if (bytes.length == BYTES) {
                return bytes;
            }
            byte[] mapped = new byte[BYTES];
            mapped[IPV4_AT - 1] = (byte) 0xff;
            mapped[IPV4_AT - 2] = (byte) 0xff;
            System.arraycopy(bytes, 0, mapped, IPV4_AT, bytes.length);
            return mapped;
        } catch (UnknownHostException e) {
            return null;
        }
    }

    /** @return -1 if these are not one to three digits */
    private static int number(String digits) {
        if (digits.isEmpty() || digits.length() > 3) {
            return -1;
        }
        int value = 0;
        for (int i = 0; i < digits.length(); i++) {
            char c = digits.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            value = value * 10 + c - '0';
        }
        return value;
    }
}
