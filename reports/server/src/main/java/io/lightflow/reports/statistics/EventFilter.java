package io.lightflow.reports.statistics;

import io.lightflow.reports.http.Parameters;
import io.lightflow.reports.http.ReportsRole;
import io.lightflow.reports.http.RequestPrincipal;
import io.lightflow.statistics.Dimension;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A filter that may also select users and addresses.
 *
 * @param fields values, never none, by field; empty if the statistics can answer
 */
record EventFilter(Filter dimensions, Map<EventField, Set<String>> fields) {
    /** Reads all {@code filter}s. Users and addresses need the role that reads events. */
    static EventFilter of(Parameters parameters, RequestPrincipal caller) {
        Map<EventField, Set<String>> fields = new EnumMap<>(EventField.class);
        List<String> others = new ArrayList<>();
        for (String one : parameters.strings("filter")) {
            int colon = one.indexOf(':');
            Optional<EventField> field = colon < 0 ? Optional.empty() : EventField.named(one.substring(0, colon));
            if (field.isPresent()) {
                fields.computeIfAbsent(field.get(), first -> new TreeSet<>())
                        .add(Filter.text("filter", one.substring(colon + 1)));
            } else {
                others.add(one);
            }
        }
        Filter.requireFew(parameters.strings("filter"));
        if (!fields.isEmpty()) {
            caller.requireRole(ReportsRole.ANALYST);
        }
        return new EventFilter(Filter.of(others, caller), fields);
    }

    /** Whether only events can answer. */
    boolean needsEvents() {
        return !fields.isEmpty();
    }

    EventFilter with(Dimension dimension, Set<String> of) {
        return new EventFilter(dimensions.with(dimension, of), fields);
    }
}
