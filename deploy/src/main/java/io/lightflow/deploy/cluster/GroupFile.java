package io.lightflow.deploy.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The settings file of a group, with the addresses of this cluster's processes filled in. */
final class GroupFile {
    private GroupFile() {}

    /** Where the product has a group's settings. */
    static Path source(Build build, String group) {
        return build.project().resolve("deploy/cluster/groups").resolve(group + ".yaml");
    }

    /** What the group was last submitted with; the product's settings if it never was. */
    static Path of(Cluster cluster, String group) {
        Path submitted = target(cluster, group);
        return Files.exists(submitted) ? submitted : render(cluster, group, source(Build.ofThisClass(), group));
    }

    /**
     * Fills in the addresses.
     *
     * @return the file in the cluster's data folder
     * @throws UncheckedIOException when the source cannot be read
     * @throws IllegalArgumentException when it asks for something that the cluster does not have
     */
    static Path render(Cluster cluster, String group, Path source) {
        try {
            Path target = target(cluster, group);
            Map<String, Object> values = new LinkedHashMap<>(cluster.endpoints().asKeys(cluster.settings()));
            values.put("group", group);
            Resources.write(target, Resources.render(source.toString(), Files.readString(source), values));
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Cannot read the settings of the group %s from %s; name them with --settings"
                            .formatted(group, source),
                    e);
        }
    }

    private static Path target(Cluster cluster, String group) {
        return cluster.settings().data().resolve("settings").resolve(group + ".yaml");
    }
}
