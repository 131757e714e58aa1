package io.lightflow.deploy.local;

import io.lightflow.capture.CaptureServer;
import io.lightflow.capture.CaptureSettings;
import io.lightflow.capture.CaptureSettingsFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/**
 * The capture server of a data center of the local stack, on free ports of the loopback address. Its folder holds the
 * spool, its settings, the key of its links, for {@code lightflow link}, and the token of a partner. One thread starts
 * it.
 */
public final class LocalCapture implements AutoCloseable {
    /** The advertiser whose pages may send tags and conversions; it exists in generated traffic. */
    public static final String ADVERTISER = "advertiser-1";

    private static final int SECRET_BYTES = 32;

    private final Path folder;
    private final String dc;
    private final String bootstrapServers;
    private final int partitions;
    private final Optional<URI> registry;
    private CaptureServer server;

    /**
     * @param bootstrapServers where producers of the data center send their events
     * @param registry where the schemas are registered; empty to leave that to others
     */
    public LocalCapture(Path folder, String dc, String bootstrapServers, int partitions, Optional<URI> registry) {
        this.folder = folder.toAbsolutePath();
        this.dc = dc;
        this.bootstrapServers = bootstrapServers;
        this.partitions = partitions;
        this.registry = registry;
    }

    /** Starts the server, with the secrets of an earlier start if there were any. */
    public void start() {
        try {
            Files.createDirectories(folder);
            keepSecret(key());
            keepSecret(token());
            Files.writeString(settingsFile(), yaml());
        } catch (IOException e) {
            throw new UncheckedIOException("Writing the settings of capture to " + folder + " failed: " + e, e);
        }
        server = CaptureServer.start(settings());
    }

    private Path key() {
        return folder.resolve("link.key");
    }

    private Path token() {
        return folder.resolve("partner.token");
    }

    private static void keepSecret(Path file) throws IOException {
        if (!Files.exists(file)) {
            byte[] secret = new byte[SECRET_BYTES];
            new SecureRandom().nextBytes(secret);
            Files.writeString(file, Base64.getEncoder().encodeToString(secret));
        }
    }

    /** Addresses that browsers on this machine can use. Consent counts where a page asks for it. */
    private String yaml() {
        return """
                dc: %s
                producer: capture-%s
                bind: 127.0.0.1
                port: 0
                admin: {port: 0}
                kafka: {bootstrapServers: "%s", partitions: %d}
                %s
                spool: {directory: '%s', maxBytes: 1073741824}
                links: {signWith: local, keys: [{id: local, secretFile: '%s'}]}
                consent: {default: {tcf: IF_PRESENT}}
                pages: {advertisers: [%s]}
                partners: [{token: local, secretFile: '%s'}]
                """.formatted(
                dc,
                dc,
                bootstrapServers,
                partitions,
                registry.map(url -> "registry: {urls: [\"" + url + "\"]}").orElse(""),
                folder.resolve("spool"),
                key(),
                ADVERTISER,
                token());
    }

    /** The file with its settings, once it has started. */
    public Path settingsFile() {
        return folder.resolve("capture.yaml");
    }

    /** Its settings, once it has started. */
    public CaptureSettings settings() {
        return CaptureSettingsFile.read(settingsFile(), Map.of());
    }

    /** The bearer token of its only partner, once it has started. */
    String partnerToken() {
        try {
            return Files.readString(token());
        } catch (IOException e) {
            throw new UncheckedIOException("Reading the partner's token in " + folder + " failed: " + e, e);
        }
    }

    /** Its address for browsers. */
    public URI url() {
        return server.url();
    }

    /** Its address for metrics. */
    public URI adminUrl() {
        return URI.create("http://127.0.0.1:" + server.adminPort());
    }

    @Override
    public void close() {
        if (server != null) {
            server.close();
        }
    }
}
