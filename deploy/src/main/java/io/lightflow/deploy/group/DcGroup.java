package io.lightflow.deploy.group;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.common.utils.Utils;

/** A group of data centers that are joined together. */
public record DcGroup(String name, List<String> dcs) {
    /** The groups of the local stack, in the order in which advertisers and cookies alternate between them. */
    public static final List<DcGroup> LOCAL =
            List.of(new DcGroup("eu", List.of("eu")), new DcGroup("us", List.of("us-west", "us-east")));

    public DcGroup {
        Objects.requireNonNull(name, "name");
        dcs = List.copyOf(dcs);
        if (dcs.isEmpty() || new HashSet<>(dcs).size() != dcs.size()) {
            throw new IllegalArgumentException(
                    "group " + name + ": expected one or more distinct data centers, found " + dcs);
        }
    }

    /** The data center of an event id, which is the same for every occurrence of the id. */
    public String dcOf(String eventId) {
        if (dcs.size() == 1) {
            return dcs.get(0);
        }
        int hash = Utils.murmur2(eventId.getBytes(StandardCharsets.UTF_8));
        return dcs.get(Math.floorMod(hash, dcs.size()));
    }

    /** Validates a list of groups: it must not be empty, and no data center may be in two groups. */
    public static List<DcGroup> checked(List<DcGroup> groups) {
        List<String> all =
                groups.stream().flatMap(group -> group.dcs().stream()).toList();
        if (groups.isEmpty() || new HashSet<>(all).size() != all.size()) {
            throw new IllegalArgumentException(
                    "groups of a feed: expected one or more, each data center in one only, found " + groups);
        }
        return List.copyOf(groups);
    }
}
