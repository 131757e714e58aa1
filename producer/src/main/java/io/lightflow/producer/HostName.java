package io.lightflow.producer;

import io.lightflow.event.EventRules;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** The name of this machine, in the form that beacons may carry. */
final class HostName {
    private static final String UNKNOWN = "unknown-host";

    private HostName() {}

    static String local() {
        String name = System.getenv("HOSTNAME");
        if (name == null || name.isBlank()) {
            try {
                name = InetAddress.getLocalHost().getHostName();
            } catch (UnknownHostException e) {
                return UNKNOWN;
            }
        }
        return producerName(name);
    }

    static String producerName(String host) {
        String name = host.replaceAll("[^A-Za-z0-9._-]", "-");
        return name.substring(0, Math.min(name.length(), EventRules.MAX_PRODUCER_LENGTH));
    }
}
