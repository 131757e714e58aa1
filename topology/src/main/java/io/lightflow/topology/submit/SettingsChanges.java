package io.lightflow.topology.submit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.SettingsException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** The changes of a submission against the last one. Secrets are neither kept nor compared. */
final class SettingsChanges {
    private static final YAMLMapper MAPPER = new YAMLMapper();
    private static final String LIST_SEPARATOR = ", ";
    private static final List<String> DECIDED_ON_ARRIVAL = List.of("join.");

    private final String group;
    private final Map<String, String> before;
    private final Map<String, String> after;

    /**
     * @param submitted what {@link #withoutSecrets} returned for the settings that were submitted last
     * @throws SettingsException if a change is not possible; the message says what to do instead
     */
    SettingsChanges(String submitted, GroupSettings settings) {
        this.group = settings.group();
        this.before = flat(read(submitted));
        this.after = flat(read(withoutSecrets(settings)));
        refuse("shards", "join keys would move to other shards");
        refuse("dataCenters", "their events are joined with each other, and some still wait");
        refuseStore();
    }

    /** The settings in a form that can be kept where everybody reads it. */
    static String withoutSecrets(GroupSettings settings) {
        try {
            Map<String, String> kept = flat(read(settings.toYaml()));
            kept.keySet().removeIf(key -> key.contains(".properties"));
            kept.computeIfPresent("postgres.url", (key, url) -> url.replaceFirst("\\?.*", ""));
            return MAPPER.writeValueAsString(kept);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("settings that were read cannot be written", e);
        }
    }

    private static JsonNode read(String yaml) {
        try {
            return MAPPER.readTree(yaml);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(
                    "the settings that were submitted last are unreadable: " + e.getOriginalMessage(), e);
        }
    }

    private static Map<String, String> flat(JsonNode settings) {
        Map<String, String> all = new TreeMap<>();
        addTo(all, "", settings);
        return all;
    }

    private static void addTo(Map<String, String> all, String key, JsonNode value) {
        if (value.isObject()) {
            value.properties()
                    .forEach(field ->
                            addTo(all, key.isEmpty() ? field.getKey() : key + "." + field.getKey(), field.getValue()));
        } else if (value.isArray()) {
            List<String> elements = new ArrayList<>();
            value.forEach(element -> elements.add(element.asText()));
            all.put(key, String.join(LIST_SEPARATOR, elements));
        } else if (!value.isNull()) {
            all.put(key, value.asText());
        }
    }

    private void refuse(String key, String reason) {
        String old = before.get(key);
        String asked = after.get(key);
        if (old != null
                && !new TreeSet<>(List.of(old.split(LIST_SEPARATOR)))
                        .equals(new TreeSet<>(List.of(asked.split(LIST_SEPARATOR))))) {
            throw new SettingsException(
                    "the key " + key + " of group " + group + " cannot change from " + old + " to " + asked + ": "
                            + reason + ". Set it to " + old + ", or create a group of another name with new topics",
                    null);
        }
    }

    private void refuseStore() {
        String old = store(before);
        String asked = store(after);
        if (!old.equals(asked)) {
            throw new SettingsException(
                    "the join store of group " + group + " cannot change from " + old + " to " + asked
                            + ": it holds the events that others still join. Set " + old + " again",
                    null);
        }
    }

    private static String store(Map<String, String> settings) {
        String aerospike = "store.aerospike.";
        String namespace = settings.get(aerospike + "namespace");
        return namespace == null
                ? "store.rocksdb"
                : aerospike + "namespace " + namespace + " with set " + settings.get(aerospike + "set");
    }

    /** Each change, with the events that it applies to; empty if nothing changes. */
    List<String> describe() {
        List<String> changes = new ArrayList<>();
        TreeSet<String> keys = new TreeSet<>(before.keySet());
        keys.addAll(after.keySet());
        for (String key : keys) {
            String old = before.getOrDefault(key, "none");
            String asked = after.getOrDefault(key, "none");
            if (!old.equals(asked)) {
                changes.add(key + " changes from " + old + " to " + asked + ", " + scope(key));
            }
        }
        return changes;
    }

    private static String scope(String key) {
        if (key.equals("store.rocksdb.directory")) {
            return "from the start of the topology on; move the store there first";
        }
        return DECIDED_ON_ARRIVAL.stream().anyMatch(key::startsWith)
                ? "for events that arrive from now on; earlier decisions stand"
                : "from the start of the topology on";
    }
}
