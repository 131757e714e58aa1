package io.lightflow.capture.client;

import io.netty.util.NetUtil;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * A range of addresses, such as {@code 10.0.0.0/8} or {@code 2001:db8::/32}.
 *
 * @param prefix an address in the range
 * @param bits how many leading bits the addresses of the range share
 */
public record AddressRange(InetAddress prefix, int bits) {
    public AddressRange {
        int length = prefix.getAddress().length * Byte.SIZE;
        if (bits < 0 || bits > length) {
            throw new IllegalArgumentException("address range of " + prefix.getHostAddress() + ": expected 0 to "
                    + length + " bits, found " + bits);
        }
    }

    /** @throws IllegalArgumentException if it is neither an address nor a range */
    public static AddressRange parse(String range) {
        int slash = range.indexOf('/');
        InetAddress prefix = parseAddress(slash < 0 ? range : range.substring(0, slash));
        if (prefix == null || slash >= 0 && !range.substring(slash + 1).matches("\\d{1,3}")) {
            throw new IllegalArgumentException(
                    "expected an address such as 10.1.2.3 or a range such as 10.0.0.0/8, found " + range);
        }
        int length = prefix.getAddress().length * Byte.SIZE;
        return new AddressRange(prefix, slash < 0 ? length : Integer.parseInt(range.substring(slash + 1)));
    }

    /** Reads an IPv4 or IPv6 address without asking a name server; null if it is none. */
    static InetAddress parseAddress(String address) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(address);
        try {
            // An IPv4 address that is mapped into IPv6 becomes IPv4.
            return bytes == null ? null : InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("expected 4 or 16 bytes of an address, found " + bytes.length, e);
        }
    }

    boolean contains(InetAddress address) {
        byte[] mine = prefix.getAddress();
        byte[] other = address.getAddress();
        if (mine.length != other.length) {
            return false;
        }
        for (int bit = 0; bit < bits; bit += Byte.SIZE) {
            int mask = bits - bit >= Byte.SIZE ? 0xFF : 0xFF << (Byte.SIZE - (bits - bit));
            int at = bit / Byte.SIZE;
            if (((mine[at] ^ other[at]) & mask & 0xFF) != 0) {
                return false;
            }
        }
        return true;
    }

    /** An address without its host part: the last 8 bits of IPv4, the last 80 of IPv6. */
    static String withoutHost(InetAddress address) {
        byte[] bytes = address.getAddress();
        for (int i = address instanceof Inet4Address ? 3 : 6; i < bytes.length; i++) {
            bytes[i] = 0;
        }
        return NetUtil.bytesToIpAddress(bytes);
    }
}
