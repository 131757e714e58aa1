package io.lightflow.topology.metrics;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file that names the endpoint of a process for the file-based service discovery of Prometheus. A process that dies
 * leaves its file behind, so Prometheus reports it as down. The next one on the machine deletes the files of the dead.
 */
final class TargetFile implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern NAME = Pattern.compile("lightflow-worker-(\\d+)\\.json");

    private final Path file;

    private TargetFile(Path file) {
        this.file = file;
    }

    /** @throws IOException if the file cannot be written */
    static TargetFile write(Path directory, String host, int port) throws IOException {
        Files.createDirectories(directory);
        deleteDead(directory);
        long pid = ProcessHandle.current().pid();
        Path file = directory.resolve("lightflow-worker-" + pid + ".json");
        Path fresh = directory.resolve("lightflow-worker-" + pid + ".new");
        Files.write(
                fresh,
                JSON.writeValueAsBytes(List.of(Map.of(
                        "targets", List.of(host + ":" + port), "labels", Map.of("process", Long.toString(pid))))));
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return new TargetFile(file);
    }

    private static void deleteDead(Path directory) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path each : files) {
                Matcher name = NAME.matcher(each.getFileName().toString());
                if (name.matches()
                        && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty()) {
                    Files.deleteIfExists(each);
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(file);
    }
}
