package io.lightflow.reports.alert;

import java.util.Locale;

/** How a message is sent. */
enum AlertChannel {
    WEBHOOK,
    MAIL;

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static AlertChannel of(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT));
    }
}
