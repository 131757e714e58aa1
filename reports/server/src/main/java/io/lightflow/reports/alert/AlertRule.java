package io.lightflow.reports.alert;

import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * A rule.
 *
 * @param id 0 before it is stored
 * @param advertiser the advertiser whose figures it watches; null for all
 * @param status active or paused
 * @param webhook null for none
 * @param failure why the last evaluation failed; null if it did not
 */
record AlertRule(
        long id,
        String advertiser,
        String name,
        String status,
        AlertCondition condition,
        String webhook,
        List<String> emails,
        long version,
        Instant updatedAt,
        String updatedBy,
        String failure) {
    static final String ACTIVE = "active";
    static final String PAUSED = "paused";

    AlertRule {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(condition, "condition");
        emails = List.copyOf(emails);
    }

    String entityTag() {
        return "\"" + version + "\"";
    }

    boolean isActive() {
        return status.equals(ACTIVE);
    }
}
