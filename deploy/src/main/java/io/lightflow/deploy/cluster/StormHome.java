package io.lightflow.deploy.cluster;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Storm's installation folder ({@code storm.home}), laid out as in Apache's release: {@code lib} for the daemons,
 * {@code lib-worker} for workers and clients, {@code conf}, {@code log4j2}, {@code extlib}, {@code extlib-daemon},
 * {@code bin}. The jars come from the build's own resolution of storm-server and storm-client.
 *
 * @param directory absolute
 */
record StormHome(Path directory) {
    private static final int SLOTS = 8;

    Path localState() {
        return directory.resolve("storm-local");
    }

    Path logs() {
        return directory.resolve("logs");
    }

    Path workerLogs() {
        return logs().resolve("workers-artifacts");
    }

    /** Class path of Nimbus and Supervisor, in the order of the {@code storm} script. */
    String daemonClassPath() {
        return classPath("*", "lib/*", "extlib/*", "extlib-daemon/*", "conf");
    }

    /** Class path of {@code storm jar}. */
    String clientClassPath(List<Path> topologyJars) {
        String jars = topologyJars.stream().map(Path::toString).collect(Collectors.joining(":"));
        return classPath("*", "lib-worker/*", "extlib/*") + ":" + jars + ":" + classPath("conf", "bin");
    }

    /** Makes or completes the folder. Idempotent. */
    void layOut(Build build, Ports ports) {
        try {
            for (String folder : List.of("bin", "conf", "extlib", "extlib-daemon", "log4j2", "lib", "lib-worker")) {
                Files.createDirectories(directory.resolve(folder));
            }
            Files.createDirectories(localState());
            Files.createDirectories(workerLogs());
            mirror(build.stormLibrary("lib"), directory.resolve("lib"));
            mirror(build.stormLibrary("lib-worker"), directory.resolve("lib-worker"));
            addLoopbackTransport(directory.resolve("extlib/lightflow-loopback.jar"));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot lay out storm.home in " + directory, e);
        }
        Resources.write(directory.resolve("RELEASE"), version(build) + System.lineSeparator());
        Resources.write(directory.resolve("VERSION"), version(build) + System.lineSeparator());
        Resources.copy("storm-cluster-log4j2.xml", directory.resolve("log4j2/cluster.xml"));
        Resources.copy("storm-worker-log4j2.xml", directory.resolve("log4j2/worker.xml"));
        Resources.copy("storm-client-log4j2.xml", directory.resolve("log4j2/client.xml"));
        Resources.render(
                "storm.yaml",
                Map.of(
                        "zookeeper", ports.of("zookeeper"),
                        "nimbus", ports.of("nimbus"),
                        "supervisor", ports.of("supervisor"),
                        "slots", slots(ports),
                        "local", localState(),
                        "logs", logs(),
                        "workerLogs", workerLogs(),
                        "metrics", localState().resolve("metrics")),
                directory.resolve("conf/storm.yaml"));
    }

    private static void addLoopbackTransport(Path jar) throws IOException {
        String entry = LoopbackTransport.class.getName().replace('.', '/') + ".class";
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        try (InputStream bytes = LoopbackTransport.class.getResourceAsStream("/" + entry);
                JarOutputStream archive = new JarOutputStream(content)) {
            JarEntry classFile = new JarEntry(entry);
            classFile.setTime(0);
            archive.putNextEntry(classFile);
            bytes.transferTo(archive);
            archive.closeEntry();
        }
        // Running JVMs have the jar open: leave it alone unless it has changed, and replace it whole.
        if (!Files.exists(jar) || !Arrays.equals(Files.readAllBytes(jar), content.toByteArray())) {
            Path partial = jar.resolveSibling(jar.getFileName() + ".partial");
            Files.write(partial, content.toByteArray());
            Files.move(partial, jar, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /** The uses of the ports of the Supervisor's slots. */
    static List<String> slotUses() {
        return IntStream.rangeClosed(1, SLOTS)
                .mapToObj(slot -> "worker-" + slot)
                .toList();
    }

    private static String slots(Ports ports) {
        return slotUses().stream().map(use -> Integer.toString(ports.of(use))).collect(Collectors.joining(", "));
    }

    private String classPath(String... entries) {
        return Stream.of(entries).map(entry -> directory + "/" + entry).collect(Collectors.joining(":"));
    }

    private static String version(Build build) {
        String prefix = "storm-client-";
        return build.stormJars("lib-worker").stream()
                .map(jar -> jar.getFileName().toString())
                .filter(jar -> jar.startsWith(prefix))
                .map(jar -> jar.substring(prefix.length(), jar.length() - ".jar".length()))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalStateException("No storm-client among " + build.stormLibrary("lib-worker")));
    }

    /**
     * Makes the folder hold just these jars, as hard links where the file system allows, so that it stays whole by
     * itself.
     */
    private static void mirror(Path from, Path to) throws IOException {
        List<Path> jars = Build.jarsIn(from);
        List<Path> names = jars.stream().map(Path::getFileName).toList();
        for (Path old : Build.jarsIn(to)) {
            if (!names.contains(old.getFileName())) {
                Files.delete(old);
            }
        }
        for (Path jar : jars) {
            Path target = to.resolve(jar.getFileName());
            if (Files.exists(target) && Files.size(target) == Files.size(jar)) {
                continue;
            }
            Files.deleteIfExists(target);
            try {
                Files.createLink(target, jar);
            } catch (IOException | UnsupportedOperationException otherFileSystem) {
                Files.copy(jar, target);
            }
        }
    }
}
