package io.lightflow.registry.server;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import java.util.Collection;
import java.util.Collections;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Describes a schema, with the field names of the API.
 *
 * @param tags tags of the schema's fields and types, by their path
 * @param sensitive names of properties whose values clients should not show
 */
@JsonInclude(Include.NON_EMPTY)
record Metadata(
        SortedMap<String, SortedSet<String>> tags, SortedMap<String, String> properties, SortedSet<String> sensitive) {
    /** Clients name the version that they mean with this property. */
    static final String VERSION = "confluent:version";
    /** Fields that the schema must not have, separated by commas. */
    static final String RESERVED_FIELDS = "confluent:reserved";

    static final Metadata EMPTY = new Metadata(null, null, null);

    Metadata {
        tags = withoutNulls(tags);
        properties = withoutNulls(properties);
        sensitive = sensitive == null
                ? Collections.emptySortedSet()
                : Collections.unmodifiableSortedSet(new TreeSet<>(sensitive));
    }

    /** A null value means the same as a missing one. */
    private static <T> SortedMap<String, T> withoutNulls(SortedMap<String, T> map) {
        if (map == null) {
            return Collections.emptySortedMap();
        }
        TreeMap<String, T> present = new TreeMap<>(map);
        present.values().removeIf(Objects::isNull);
        return Collections.unmodifiableSortedMap(present);
    }

    @JsonIgnore
    boolean isEmpty() {
        return tags.isEmpty() && properties.isEmpty() && sensitive.isEmpty();
    }

    Optional<String> property(String name) {
        return Optional.ofNullable(properties.get(name));
    }

    /** The version that this metadata names; empty if it names none, or none that is a number. */
    Optional<Integer> version() {
        return property(VERSION).filter(text -> text.matches("-?\\d{1,9}")).map(Integer::valueOf);
    }

    Metadata withVersion(int version) {
        TreeMap<String, String> changed = new TreeMap<>(properties);
        changed.put(VERSION, Integer.toString(version));
        return new Metadata(tags, changed, sensitive);
    }

    Metadata withoutVersion() {
        TreeMap<String, String> changed = new TreeMap<>(properties);
        changed.remove(VERSION);
        return new Metadata(tags, changed, sensitive);
    }

    /** Both metadata; the other's entries replace those of the same name. Null stands for none. */
    static Metadata merged(Metadata base, Metadata other) {
        if (base == null || other == null) {
            return base == null ? other : base;
        }
        return new Metadata(
                merged(base.tags, other.tags),
                merged(base.properties, other.properties),
                merged(base.sensitive, other.sensitive));
    }

    private static <T> SortedMap<String, T> merged(SortedMap<String, T> base, SortedMap<String, T> other) {
        TreeMap<String, T> both = new TreeMap<>(base);
        both.putAll(other);
        return both;
    }

    private static SortedSet<String> merged(Collection<String> base, Collection<String> other) {
        TreeSet<String> both = new TreeSet<>(base);
        both.addAll(other);
        return both;
    }
}
