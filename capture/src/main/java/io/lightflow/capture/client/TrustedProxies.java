package io.lightflow.capture.client;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Finds the address of a client behind proxies. Any client can send these headers, so only what a trusted proxy
 * appended counts: the client is the last address in the chain that is not trusted itself.
 *
 * @param ranges addresses of the proxies; empty if clients connect directly
 * @param header the one header that the proxies set. The other one comes from the client, and is ignored
 */
public record TrustedProxies(List<AddressRange> ranges, ForwardedHeader header) {
    public TrustedProxies {
        ranges = List.copyOf(ranges);
        Objects.requireNonNull(header, "header");
    }

    /** Clients connect directly. */
    public static TrustedProxies none() {
        return new TrustedProxies(List.of(), ForwardedHeader.X_FORWARDED_FOR);
    }

    boolean trusts(InetAddress address) {
        for (AddressRange range : ranges) {
            if (range.contains(address)) {
                return true;
            }
        }
        return false;
    }

    /**
     * The client's address without its host part.
     *
     * @param peer the address of the connection
     * @param values the values of {@link #header()} in the order of the request
     * @return an empty string if a trusted proxy does not tell the address
     */
    public String clientAddress(InetAddress peer, List<String> values) {
        if (!trusts(peer)) {
            return AddressRange.withoutHost(peer);
        }
        List<String> hops = new ArrayList<>();
        values.forEach(value -> hops.addAll(header.hops(value)));
        InetAddress client = peer;
        for (int i = hops.size() - 1; i >= 0; i--) {
            client = AddressRange.parseAddress(hops.get(i));
            if (client == null) {
                return "";
            }
            if (!trusts(client)) {
                break;
            }
        }
        return AddressRange.withoutHost(client);
    }
}
