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
 * Storm's installation directory ({@code storm.home}), with the layout of Apache's release: {@code lib} for the
 * daemons, {@code lib-worker} for workers and clients, {@code conf}, {@code log4j2}, {@code extlib},
 * {@code extlib-daemon}, {@code bin}. The build resolves the jars of storm-server and storm-client.
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

    /** Creates or completes the directory. Idempotent. */
    void layOut(ProjectBuild build, Ports ports) {
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
            throw new UncheckedIOException("Creating storm.home in " + directory + " failed", e);
        }
        ResourceFiles.write(directory.resolve("RELEASE"), version(build) + System.lineSeparator());
        ResourceFiles.write(directory.resolve("VERSION"), version(build) + System.lineSeparator());
        ResourceFiles.copy("storm-cluster-log4j2.xml", directory.resolve("log4j2/cluster.xml"));
        ResourceFiles.copy("storm-worker-log4j2.xml", directory.resolve("log4j2/worker.xml"));
        ResourceFiles.copy("storm-client-log4j2.xml", directory.resolve("log4j2/client.xml"));
        ResourceFiles.render(
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
        // Running JVMs have the jar open: it is replaced atomically, and only if it has changed.
        if (!Files.exists(jar) || !Arrays.equals(Files.readAllBytes(jar), content.toByteArray())) {
            Path partial = jar.resolveSibling(jar.getFileName() + ".partial");
            Files.write(partial, content.toByteArray());
            Files.move(partial, jar, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /** The names of the ports of the Supervisor's slots. */
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

    private static String version(ProjectBuild build) {
        String prefix = "storm-client-";
        return build.stormJars("lib-worker").stream()
                .map(jar -> jar.getFileName().toString())
                .filter(jar -> jar.startsWith(prefix))
                .map(jar -> jar.substring(prefix.length(), jar.length() - ".jar".length()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "Expected storm-client in " + build.stormLibrary("lib-worker") + ", found none"));
    }

    /**
     * Makes the directory contain exactly these jars. It uses hard links if the file system supports them, so the
     * directory does not depend on the build.
     */
    private static void mirror(Path from, Path to) throws IOException {
        List<Path> jars = ProjectBuild.jarsIn(from);
        List<Path> names = jars.stream().map(Path::getFileName).toList();
        for (Path old : ProjectBuild.jarsIn(to)) {
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
