package io.lightflow.deploy.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Locates the artifacts of the build that the cluster runs.
 *
 * @param project the root directory of the project, absolute
 */
record ProjectBuild(Path project) {
    private static final String HOW = "Build it with `mvn -DskipTests package` in the project's directory.";

    /** The build of this class: {@code PROJECT/deploy/target/...}. */
    static ProjectBuild ofThisClass() {
        Path code = codeOf(ProjectBuild.class);
        Path target = code.getParent();
        Path deploy = target.getParent();
        if (!target.endsWith("target") || !Files.exists(deploy.resolve("pom.xml"))) {
            throw new IllegalStateException(
                    "The cluster runs from a build of the project, DIR/deploy/target, not from " + code);
        }
        return new ProjectBuild(deploy.getParent());
    }

    /** The directory of Storm's jars for {@code lib} or {@code lib-worker}. */
    Path stormLibrary(String library) {
        Path folder = project.resolve("deploy/cluster/storm/target").resolve(library);
        if (!Files.isDirectory(folder)) {
            throw new IllegalStateException("Storm's jars are missing: expected " + folder + ". " + HOW);
        }
        return folder;
    }

    List<Path> stormJars(String library) {
        return jarsIn(stormLibrary(library));
    }

    /** The jar with the topologies and their dependencies, for {@code storm jar}. */
    Path topologyJar() {
        return theOne("topology-*-storm.jar", project.resolve("topology/target"));
    }

    /** The jar of the module that contains a class. */
    static Path jarOf(Class<?> type) {
        Path code = codeOf(type);
        if (Files.isRegularFile(code)) {
            return code;
        }
        Path target = code.getParent();
        return theOne(target.getParent().getFileName() + "-*.jar", target);
    }

    private static Path codeOf(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toAbsolutePath();
        } catch (URISyntaxException e) {
            throw new IllegalStateException("Expected the location of " + type + " to be a file", e);
        }
    }

    private static Path theOne(String name, Path target) {
        List<Path> jars = Files.isDirectory(target)
                ? jarsIn(target).stream()
                        .filter(jar -> jar.getFileName()
                                .toString()
                                .matches(name.replace(".", "\\.").replace("*", ".*")))
                        .toList()
                : List.of();
        if (jars.size() != 1) {
            throw new IllegalStateException("Expected one %s in %s, found %s. %s".formatted(name, target, jars, HOW));
        }
        return jars.get(0);
    }

    static List<Path> jarsIn(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("Listing " + folder + " failed", e);
        }
    }
}
