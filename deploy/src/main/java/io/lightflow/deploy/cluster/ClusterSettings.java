package io.lightflow.deploy.cluster;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The settings of a cluster: its processes and its data directory.
 *
 * @param data the directory of all files of the cluster, absolute
 * @param components the components to run
 * @param dataCenters the front clusters; a Kafka runs for each of them and for {@value #CENTRAL}
 * @param partitions partition count of each light topic, the same in every data center
 * @param proxied names of the Kafkas whose clients can also connect through the caller's proxy; a broker sends
 *     addresses to clients, so it must know the proxy
 * @param asd the executable of an Aerospike server, absolute; if present, a node of it runs
 */
public record ClusterSettings(
        Path data,
        Set<Component> components,
        List<String> dataCenters,
        int partitions,
        Set<String> proxied,
        Optional<Path> asd) {
    /** The name of the Kafka to which MirrorMaker copies every data center. */
    public static final String CENTRAL = "central";

    /** The data centers of the product's examples. */
    public static final List<String> DATA_CENTERS = List.of("eu", "us-west", "us-east");

    /** The default partition count of light topics. */
    public static final int PARTITIONS = 8;

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]*");
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    public ClusterSettings {
        components = Set.copyOf(components);
        dataCenters = List.copyOf(dataCenters);
        proxied = Set.copyOf(proxied);
        if (!data.isAbsolute()) {
            throw new IllegalArgumentException("The data directory must be absolute, but is " + data);
        }
        if (data.toString().matches(".*[\\s:].*")) {
            throw new IllegalArgumentException(
                    "The path of the data directory must not contain spaces or colons, because of Storm, but is "
                            + data);
        }
        if (components.isEmpty()) {
            throw new IllegalArgumentException(
                    "A cluster needs at least one component of " + List.of(Component.values()));
        }
        requires(components, Component.STORM, Component.ZOOKEEPER);
        requires(components, Component.REGISTRY, Component.POSTGRES);
        requires(components, Component.MIRROR, Component.KAFKA);
        requires(components, Component.CAPTURE, Component.KAFKA);
        if (components.contains(Component.MIRROR) && dataCenters.isEmpty()) {
            throw new IllegalArgumentException("MIRROR needs at least one data center to copy from");
        }
        if (partitions < 1) {
            throw new IllegalArgumentException("partitions must be at least 1, but is " + partitions);
        }
        if (new HashSet<>(dataCenters).size() != dataCenters.size()) {
            throw new IllegalArgumentException("A data center is named twice: " + dataCenters);
        }
        for (String kafka : proxied) {
            if (!components.contains(Component.KAFKA) || !dataCenters.contains(kafka) && !kafka.equals(CENTRAL)) {
                throw new IllegalArgumentException(
                        "Unknown Kafka '%s' for a proxy; known are %s and '%s'".formatted(kafka, dataCenters, CENTRAL));
            }
        }
        if (asd.isPresent() && !asd.get().isAbsolute()) {
            throw new IllegalArgumentException("The path of asd must be absolute, but is " + asd.get());
        }
        for (String dataCenter : dataCenters) {
            if (!NAME.matcher(dataCenter).matches() || dataCenter.equals(CENTRAL)) {
                throw new IllegalArgumentException(
                        "Data center '%s' must match %s and not be '%s'".formatted(dataCenter, NAME, CENTRAL));
            }
        }
    }

    /** Without Aerospike. */
    public ClusterSettings(
            Path data, Set<Component> components, List<String> dataCenters, int partitions, Set<String> proxied) {
        this(data, components, dataCenters, partitions, proxied, Optional.empty());
    }

    /** Without proxies and Aerospike. */
    public ClusterSettings(Path data, Set<Component> components, List<String> dataCenters, int partitions) {
        this(data, components, dataCenters, partitions, Set.of());
    }

    /** All components, with the data centers of the product's examples. */
    public static ClusterSettings everything(Path data) {
        return new ClusterSettings(data, EnumSet.allOf(Component.class), DATA_CENTERS, PARTITIONS);
    }

    public boolean has(Component component) {
        return components.contains(component);
    }

    /** Reads what {@link #remember} wrote to the directory; empty if no cluster was started there. */
    static Optional<ClusterSettings> rememberedIn(Path data) {
        Path file = file(data);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            Remembered remembered = JSON.readValue(file.toFile(), Remembered.class);
            return Optional.of(new ClusterSettings(
                    data,
                    Set.copyOf(remembered.components()),
                    remembered.dataCenters(),
                    remembered.partitions(),
                    remembered.proxied() == null ? Set.of() : Set.copyOf(remembered.proxied()),
                    Optional.ofNullable(remembered.asd()).map(Path::of)));
        } catch (IOException | IllegalArgumentException | NullPointerException e) {
            throw new IllegalStateException(
                    "%s should hold {\"components\": [...], \"dataCenters\": [...], \"partitions\": N}".formatted(file),
                    e);
        }
    }

    void remember() {
        try {
            Files.createDirectories(data);
            JSON.writeValue(
                    file(data).toFile(),
                    new Remembered(
                            components.stream().sorted().toList(),
                            dataCenters,
                            partitions,
                            proxied.stream().sorted().toList(),
                            asd.map(Path::toString).orElse(null)));
        } catch (IOException e) {
            throw new UncheckedIOException("Writing " + file(data) + " failed", e);
        }
    }

    /**
     * The content of the file: all settings but the directory. Files of earlier versions lack proxies and Aerospike.
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Remembered(
            List<Component> components, List<String> dataCenters, int partitions, List<String> proxied, String asd) {}

    private static Path file(Path data) {
        return data.resolve("cluster.json");
    }

    private static void requires(Set<Component> components, Component component, Component needed) {
        if (components.contains(component) && !components.contains(needed)) {
            throw new IllegalArgumentException(component + " needs " + needed + ", which is not among " + components);
        }
    }
}
