package io.lightflow.deploy.cluster;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * The capture server of a data center. Its directory holds the spool, its settings, the key of its links for
 * {@code lightflow link}, and the token of a partner. It sends no beacons: a feed's clock may be in the past.
 *
 * @param directory the process's directory
 */
record CaptureProcess(String dc, Path directory, Ports ports) {
    private static final int SECRET_BYTES = 32;

    static String name(String dc) {
        return "capture-" + dc;
    }

    /** The names of its ports. */
    static List<String> ports(String dc) {
        return List.of(name(dc), adminPort(dc));
    }

    private static String adminPort(String dc) {
        return name(dc) + "-admin";
    }

    String name() {
        return name(dc);
    }

    Endpoints.Capture endpoint() {
        return new Endpoints.Capture(url(name()), url(adminPort(dc)), partnerToken());
    }

    private URI url(String portUse) {
        return URI.create("http://127.0.0.1:" + ports.of(portUse));
    }

    Path settingsFile() {
        return directory.resolve("conf/capture.yaml");
    }

    private Path partnerToken() {
        return directory.resolve("conf/partner.token");
    }

    /**
     * Writes the settings, and the secrets unless they exist.
     *
     * @param registry the section of the registry; empty to leave the schemas to others
     */
    void prepare(String bootstrapServers, int partitions, String registry) {
        Path linkKey = directory.resolve("conf/link.key");
        createSecret(linkKey);
        createSecret(partnerToken());
        ResourceFiles.render(
                "capture.yaml",
                Map.of(
                        "dc",
                        dc,
                        "port",
                        ports.of(name()),
                        "admin",
                        ports.of(adminPort(dc)),
                        "kafka",
                        bootstrapServers,
                        "partitions",
                        partitions,
                        "registry",
                        registry,
                        "spool",
                        directory.resolve("data"),
                        "linkKey",
                        linkKey,
                        "partnerToken",
                        partnerToken()),
                settingsFile());
    }

    private static void createSecret(Path file) {
        if (!Files.exists(file)) {
            byte[] secret = new byte[SECRET_BYTES];
            new SecureRandom().nextBytes(secret);
            ResourceFiles.write(file, Base64.getEncoder().encodeToString(secret));
        }
    }
}
