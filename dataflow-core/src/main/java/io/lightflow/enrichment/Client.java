package io.lightflow.enrichment;

import java.util.Objects;

/**
 * The names in a user agent. Each name is empty if it is unknown.
 *
 * @param device class of the device, such as {@code phone}
 * @param browser such as {@code Chrome}
 * @param operatingSystem such as {@code Android}
 */
public record Client(String device, String browser, String operatingSystem) {
    public static final Client UNKNOWN = new Client("", "", "");

    public Client {
        Objects.requireNonNull(device, "device");
        Objects.requireNonNull(browser, "browser");
        Objects.requireNonNull(operatingSystem, "operatingSystem");
    }
}
