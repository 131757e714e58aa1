package io.lightflow.deploy.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where the build left what the cluster is made of.
 *
 * @param project the root folder of the project, absolute
 */
record Build(Path project) {
    private static final String HOW = "Build it with `mvn -DskipTests package` in the project's folder.";

    /** The build that this class comes from: {@code PROJECT/deploy/target/...}. */
    static Build ofThisClass() {
        Path code = codeOf(Build.class);
        Path target = code.getParent();
        Path deploy = target.getParent();
        if (!target.endsWith("target") || !Files.exists(deploy.resolve("pom.xml"))) {
            throw new IllegalStateException(
                    "The cluster runs from a build of the project, DIR/deploy/target, not from " + code);
        }
        return new Build(deploy.getParent());
    }

    /** The folder of Storm's jars for {@code lib} or {@code lib-worker}. */
    Path stormLibrary(String library) {
        Path folder = project.resolve("deploy/cluster/storm/target").resolve(library);
        if (!Files.isDirectory(folder)) {
            throw new IllegalStateException("Storm's jars are missing: there is no " + folder + ". " + HOW);
        }
        return folder;
    }

    List<Path> stormJars(String library) {
        return jarsIn(stormLibrary(library));
    }

    /** The jar with the topologies and all that they need, as {@code storm jar} takes it. */
    Path topologyJar() {
        return theOne("topology-*-storm.jar", project.resolve("topology/target"));
    }

    /** The jar of the module that a class belongs to. */
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
            throw new IllegalStateException("The place of " + type + " is not a file", e);
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
            throw new UncheckedIOException("Cannot list " + folder, e);
        }
    }
}
