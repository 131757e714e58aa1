package io.lightflow.reports.statistics;

import io.lightflow.reports.http.Parameters;
import io.lightflow.reports.http.ProblemException;
import io.lightflow.reports.http.RequestPrincipal;
import io.lightflow.statistics.Dimension;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which rows count: those that have, of each dimension that is named, one of its values.
 *
 * @param values never empty for a dimension that is there
 */
record Filter(Map<Dimension, Set<String>> values) {
    private static final int MAX_FILTERS = 50;

    /** Reads all {@code filter}s, and adds what the account is limited to. */
    static Filter of(Parameters parameters, RequestPrincipal caller) {
        return of(parameters.strings("filter"), caller);
    }

    static Filter of(List<String> sent, RequestPrincipal caller) {
        requireFew(sent);
        Map<Dimension, Set<String>> values = new EnumMap<>(Dimension.class);
        for (String one : sent) {
            int colon = one.indexOf(':');
            String name = colon < 0 ? one : one.substring(0, colon);
            Dimension dimension = Dimension.ofColumn(name)
                    .filter(known -> colon > 0)
                    .orElseThrow(() -> ProblemException.parameter("filter", one, allowed(name)));
            values.computeIfAbsent(dimension, first -> new TreeSet<>()).add(text("filter", one.substring(colon + 1)));
        }
        Filter filter = new Filter(values);
        return caller.advertiser().isPresent()
                ? filter.limitedTo(caller.advertiser().get())
                : filter;
    }

    static void requireFew(List<String> sent) {
        if (sent.size() > MAX_FILTERS) {
            throw ProblemException.parameter(
                    "filter", sent.size() + " of them", "sent at most " + MAX_FILTERS + " times");
        }
    }

    private static String allowed(String name) {
        return EventField.named(name).isPresent()
                ? "by dimensions: only aggregated_count and popular_ads count the events of a user or an address"
                : "a dimension, a colon and a value, such as country:DE; the dimensions are "
                        + CubeChoice.names(Dimension.all());
    }

    /** The values that PostgreSQL can hold. */
    static String text(String parameter, String value) {
        if (value.indexOf('\0') >= 0) {
            throw ProblemException.parameter(parameter, value.replace('\0', '\uFFFD'), "without the character 0");
        }
        return value;
    }

    private Filter limitedTo(String advertiser) {
        Set<String> asked = values.get(Dimension.ADVERTISER);
        if (asked != null && !asked.equals(Set.of(advertiser))) {
            throw ProblemException.forbidden("this account is limited to advertiser " + advertiser
                    + ", and the filter asks for " + String.join(", ", asked));
        }
        return with(Dimension.ADVERTISER, Set.of(advertiser));
    }

    /** Also of these values; the dimension must not be in it with others. */
    Filter with(Dimension dimension, Set<String> of) {
        Map<Dimension, Set<String>> more = new EnumMap<>(Dimension.class);
        more.putAll(values);
        more.merge(dimension, of, (before, now) -> {
            Set<String> both = new TreeSet<>(before);
            both.retainAll(now);
            return both;
        });
        return new Filter(more);
    }

    Set<Dimension> dimensions() {
        return values.keySet();
    }

    /** As much of it as these dimensions tell. */
    Filter only(Collection<Dimension> dimensions) {
        Map<Dimension, Set<String>> fewer = new EnumMap<>(Dimension.class);
        fewer.putAll(values);
        fewer.keySet().retainAll(dimensions);
        return new Filter(fewer);
    }
}
