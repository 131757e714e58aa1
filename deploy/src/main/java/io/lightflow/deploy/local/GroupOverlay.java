package io.lightflow.deploy.local;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Settings of a group from a file that replace those of the local stack, key by key. The addresses of servers, the data
 * centers and the number of shards remain those of the stack. Immutable.
 */
public final class GroupOverlay {
    /** Keys that the stack determines. */
    private static final Set<String> OF_THE_STACK = Set.of(
            "group",
            "dataCenters",
            "shards",
            "kafka",
            "fronts",
            "registry",
            "postgres",
            "zookeeper",
            "store",
            "archive");

    private static final ObjectMapper YAML = new YAMLMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    private final Path file;
    private final ObjectNode tree;

    private GroupOverlay(Path file, ObjectNode tree) {
        this.file = file;
        this.tree = tree;
    }

    /**
     * Reads a file that holds any part of a group's settings.
     *
     * @throws SettingsException if it cannot be read, or is not a YAML mapping
     */
    public static GroupOverlay read(Path file) {
        try {
            JsonNode tree = YAML.readTree(Files.readString(file));
            if (!(tree instanceof ObjectNode mapping)) {
                throw new SettingsException(
                        "in the settings file " + file + ": expected keys such as join, found none", null);
            }
            return new GroupOverlay(file, mapping);
        } catch (JsonProcessingException e) {
            throw new SettingsException(
                    "in the settings file " + file + ": this is not YAML: "
                            + e.getOriginalMessage().lines().findFirst().orElse(""),
                    e);
        } catch (IOException e) {
            throw new SettingsException("the settings file " + file + " cannot be read: " + e, e);
        }
    }

    public Path file() {
        return file;
    }

    /** The group that the file names; empty if its settings are for every group. */
    public String group() {
        return tree.path("group").asText("");
    }

    /** The keys of the file that have no effect, since the stack determines them. */
    public List<String> ignored() {
        List<String> ignored = new ArrayList<>();
        tree.fieldNames().forEachRemaining(key -> {
            if (OF_THE_STACK.contains(key) && !key.equals("group")) {
                ignored.add(key);
            }
        });
        return ignored;
    }

    /**
     * The settings of a group with those of the file in place of its own, and with the lists that it names.
     *
     * @param yaml complete settings of the group
     * @throws SettingsException if one of them is wrong, or a list is unreadable
     */
    GroupSettings over(String group, String yaml) {
        if (!group().isEmpty() && !group().equals(group)) {
            return GroupSettings.parse(yaml);
        }
        try {
            ObjectNode merged = (ObjectNode) YAML.readTree(yaml);
            merge(merged, tree.deepCopy().remove(OF_THE_STACK));
            return GroupSettings.parse(YAML.writeValueAsString(merged)).withFiles(file);
        } catch (JsonProcessingException e) {
            throw new SettingsException("the settings of the group " + group + " cannot be merged: " + e, e);
        }
    }

    private static void merge(ObjectNode into, ObjectNode from) {
        from.properties().forEach(field -> {
            if (field.getValue() instanceof ObjectNode inner && into.get(field.getKey()) instanceof ObjectNode own) {
                merge(own, inner);
            } else {
                into.set(field.getKey(), field.getValue());
            }
        });
    }
}
