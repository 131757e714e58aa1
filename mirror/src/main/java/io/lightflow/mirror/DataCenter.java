package io.lightflow.mirror;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * A data center with a Kafka cluster of its own, where its light events are produced.
 *
 * @param name what the names of its topics on the central cluster begin with, such as us-west
 * @param front its cluster
 */
public record DataCenter(String name, KafkaCluster front) {
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?");

    public DataCenter {
        Objects.requireNonNull(name, "name is missing");
        Objects.requireNonNull(front, "front");
        // The name of a mirrored topic is cut at its first dot to find out where it comes from.
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "name must be lower case letters, digits and inner hyphens, as in us-west, but is '" + name + "'");
        }
        if (name.equals(MirrorSettings.CENTRAL)) {
            throw new IllegalArgumentException("name must not be '" + name + "': the central cluster is called so");
        }
    }

    /** The name on the central cluster of one of this data center's topics. */
    public String centralTopic(String topic) {
        return name + "." + topic;
    }
}
