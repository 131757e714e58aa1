package io.lightflow.deploy.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The settings file of a group with the addresses of this cluster's processes. */
final class GroupFile {
    private GroupFile() {}

    /** The group's settings in the project. */
    static Path source(ProjectBuild build, String group) {
        return build.project().resolve("deploy/cluster/groups").resolve(group + ".yaml");
    }

    /** The settings with which the group was last submitted; the project's settings if it never was. */
    static Path of(Cluster cluster, String group) {
        Path submitted = target(cluster, group);
        return Files.exists(submitted) ? submitted : render(cluster, group, source(ProjectBuild.ofThisClass(), group));
    }

    /**
     * Replaces the keys by addresses.
     *
     * @return the file in the cluster's data directory
     * @throws UncheckedIOException if the source is unreadable
     * @throws IllegalArgumentException if it contains a key that the cluster does not have
     */
    static Path render(Cluster cluster, String group, Path source) {
        try {
            Path target = target(cluster, group);
            Map<String, Object> values = new LinkedHashMap<>(cluster.endpoints().asKeys(cluster.settings()));
            values.put("group", group);
            ResourceFiles.write(target, ResourceFiles.render(source.toString(), Files.readString(source), values));
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Reading the settings of the group %s from %s failed; name them with --settings"
                            .formatted(group, source),
                    e);
        }
    }

    private static Path target(Cluster cluster, String group) {
        return cluster.settings().data().resolve("settings").resolve(group + ".yaml");
    }
}
