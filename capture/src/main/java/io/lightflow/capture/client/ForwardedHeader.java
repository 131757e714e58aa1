package io.lightflow.capture.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A header in which proxies tell the addresses of their clients. */
public enum ForwardedHeader {
    X_FORWARDED_FOR("x-forwarded-for") {
        @Override
        String hop(String element) {
            return element.strip();
        }
    },
    /** RFC 7239. */
    FORWARDED("forwarded") {
        @Override
        String hop(String element) {
            for (String pair : element.split(";")) {
                String stripped = pair.strip();
                if (stripped.toLowerCase(Locale.ROOT).startsWith("for=")) {
                    return stripped.substring("for=".length()).replace("\"", "").strip();
                }
            }
            return "";
        }
    };

    private final String headerName;

    ForwardedHeader(String headerName) {
        this.headerName = headerName;
    }

    /** The name in lower case. */
    public String headerName() {
        return headerName;
    }

    /** The node in one element of the header. */
    abstract String hop(String element);

    /** The addresses in a value, without ports; what is no address is passed on as it is. */
    List<String> hops(String value) {
        List<String> hops = new ArrayList<>();
        for (String element : value.split(",", -1)) {
            hops.add(withoutPort(hop(element)));
        }
        return hops;
    }

    private static String withoutPort(String node) {
        int bracket = node.indexOf(']');
        if (node.startsWith("[") && bracket > 0) {
            return node.substring(1, bracket);
        }
        int colon = node.indexOf(':');
        return colon > 0 && colon == node.lastIndexOf(':') ? node.substring(0, colon) : node;
    }
}
