package io.lightflow.deploy.local;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A file that names the stack's HTTP servers for Prometheus, beside those that its workers write. */
final class ServiceTargets {
    private static final String NAME = "services.json";
    private static final ObjectMapper JSON = new ObjectMapper();

    private ServiceTargets() {}

    /** @param services addresses by the job of the scraped series */
    static void write(Path folder, Map<String, List<URI>> services) {
        List<Map<String, Object>> targets = new ArrayList<>();
        services.forEach((job, urls) -> targets.add(
                Map.of("targets", urls.stream().map(URI::getAuthority).toList(), "labels", Map.of("job", job))));
        try {
            Files.createDirectories(folder);
            Path fresh = folder.resolve(NAME + ".new");
            Files.write(fresh, JSON.writeValueAsBytes(targets));
            Files.move(
                    fresh, folder.resolve(NAME), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("the metrics endpoints cannot be named in " + folder + ": " + e, e);
        }
    }

    /** The servers no longer run. */
    static void delete(Path folder) {
        try {
            Files.deleteIfExists(folder.resolve(NAME));
        } catch (IOException e) {
            throw new UncheckedIOException("the metrics endpoints cannot be removed from " + folder + ": " + e, e);
        }
    }
}
