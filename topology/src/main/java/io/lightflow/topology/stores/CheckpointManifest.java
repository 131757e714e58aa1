package io.lightflow.topology.stores;

import io.lightflow.position.Position;
import io.lightflow.position.PositionCodec;
import io.lightflow.topology.dataflow.OpenStore;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The positions of a checkpoint: the group in the first line, then one line for each shard. */
record CheckpointManifest(String group, Map<Integer, Position> positions) {

    String encode() {
        StringBuilder text = new StringBuilder(group).append('\n');
        positions.forEach((shard, position) -> text.append(shard)
                .append(' ')
                .append(PositionCodec.encode(position))
                .append('\n'));
        return text.toString();
    }

    /**
     * Reads the manifest of a checkpoint of a group.
     *
     * @throws SettingsException if there is none, or if it belongs to others
     */
    static CheckpointManifest read(Path checkpoint, GroupSettings settings) {
        Path file = checkpoint.resolve(OpenStore.MANIFEST);
        try {
            List<String> lines = Files.readAllLines(file);
            Map<Integer, Position> positions = new TreeMap<>();
            for (String line : lines.subList(1, lines.size())) {
                int space = line.indexOf(' ');
                positions.put(
                        Integer.parseInt(line.substring(0, space)), PositionCodec.decode(line.substring(space + 1)));
            }
            CheckpointManifest manifest = new CheckpointManifest(lines.get(0), positions);
            manifest.requireOf(settings, checkpoint);
            return manifest;
        } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new SettingsException(
                    "a complete checkpoint has a file " + file + " with its positions, found: " + e, e);
        }
    }

    private void requireOf(GroupSettings settings, Path checkpoint) {
        if (!group.equals(settings.group()) || positions.size() != settings.shards()) {
            throw new SettingsException(
                    "the checkpoint in " + checkpoint + " must be of group " + settings.group() + " with "
                            + settings.shards() + " shards, found group " + group + " with " + positions.size(),
                    null);
        }
    }
}
