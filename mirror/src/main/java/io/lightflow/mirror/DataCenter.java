package io.lightflow.mirror;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * A data center and the Kafka cluster to which it produces its light events.
 *
 * @param name the prefix of its topics on the central cluster, such as us-west
 * @param front its front cluster
 */
public record DataCenter(String name, KafkaCluster front) {
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?");

    public DataCenter {
        Objects.requireNonNull(name, "name is missing");
        Objects.requireNonNull(front, "front");
        // Readers split the name of a mirrored topic at its first dot to find its data center.
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "name must be lower case letters, digits and inner hyphens, as in us-west, but is '" + name + "'");
        }
        if (name.equals(MirrorSettings.CENTRAL)) {
            throw new IllegalArgumentException(
                    "name must not be '" + name + "', which is the name of the central cluster");
        }
    }

    /** The name that a topic of this data center has on the central cluster. */
    public String centralTopic(String topic) {
        return name + "." + topic;
    }
}
