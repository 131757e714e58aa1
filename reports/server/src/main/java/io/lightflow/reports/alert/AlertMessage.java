package io.lightflow.reports.alert;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.UUID;

/**
 * A message about an event, as the JSON of a webhook.
 *
 * @param id the idempotency key: the same in every attempt
 * @param event number of the event; increases with time
 * @param kind fired, resolved or tested
 * @param advertiser null for rules on all advertisers
 * @param subject a campaign or a group; empty for rules with one figure
 * @param value null if there is none
 * @param url where the dashboard shows the rule; null if the settings name no address
 */
record AlertMessage(
        UUID id,
        long event,
        String kind,
        Instant at,
        long rule,
        String name,
        String advertiser,
        String subject,
        BigDecimal value,
        String summary,
        String url) {

    /** One line for people. */
    String title() {
        return switch (kind) {
                    case "fired" -> "Alert: ";
                    case "resolved" -> "Resolved: ";
                    default -> "Test: ";
                }
                + name
                + (subject.isEmpty() ? "" : " (" + subject + ")");
    }
}
