package io.lightflow.enrichment;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Addresses as strings, which are never resolved as names. */
final class Addresses {
    private static final int IPV4_BYTES = 4;

    private Addresses() {}

    /**
     * The address without its host part, which is the last 8 bits of IPv4 and the last 80 of IPv6. A string that is no
     * address becomes empty, since nobody knows what it tells.
     */
    static String withoutHost(String address) {
        return address.indexOf(':') >= 0 ? ipv6WithoutHost(address) : ipv4WithoutHost(address);
    }

    private static String ipv4WithoutHost(String address) {
        int dots = 0;
        int lastDot = -1;
        int digits = 0;
        for (int i = 0; i < address.length(); i++) {
            char c = address.charAt(i);
            if (c == '.') {
                if (digits == 0) {
                    return "";
                }
                dots++;
                lastDot = i;
                digits = 0;
            } else if (c >= '0' && c <= '9' && digits < 3) {
                digits++;
            } else if (c != '*' || dots != 3 || digits > 0 || i != address.length() - 1) {
                return "";
            }
        }
        if (dots != 3) {
            return "";
        }
        String host = address.substring(lastDot + 1);
        return host.equals("0") || host.equals("*") ? address : address.substring(0, lastDot) + ".0";
    }

    /** A string with a colon is never looked up as a name. A zone would be compared with this machine's interfaces. */
    private static String ipv6WithoutHost(String address) {
        if (address.indexOf('%') >= 0) {
            return "";
        }
        byte[] bytes;
        try {
            bytes = InetAddress.getByName(address).getAddress();
        } catch (UnknownHostException e) {
            return "";
        }
        if (bytes.length == IPV4_BYTES) {
            // ::ffff:203.0.113.7 is an IPv4 address.
            return (bytes[0] & 0xff) + "." + (bytes[1] & 0xff) + "." + (bytes[2] & 0xff) + ".0";
        }
        return group(bytes, 0) + ":" + group(bytes, 2) + ":" + group(bytes, 4) + "::";
    }

    private static String group(byte[] bytes, int at) {
        return Integer.toHexString((bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff);
    }
}
