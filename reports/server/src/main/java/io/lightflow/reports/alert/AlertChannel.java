package io.lightflow.reports.alert;

/** How a message is sent. */
enum AlertChannel implements Labelled {
    WEBHOOK,
    MAIL
}
