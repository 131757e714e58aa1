package io.lightflow.capture;

import io.lightflow.event.Impression;
import io.lightflow.producer.link.LinkClaims;
import io.lightflow.producer.link.LinkKeys;
import io.lightflow.producer.link.LinkKind;
import io.lightflow.producer.link.SignedLinks;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A capture server in a process of its own, without Kafka. */
final class CaptureProcess implements AutoCloseable {
    private static final String KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

    private static final Pattern LISTENS =
            Pattern.compile("Capture listens at (\\S+), and for operators on port ([0-9]+)");
    private static final SignedLinks LINKS = new SignedLinks(
            new LinkKeys(Map.of("a", Base64.getDecoder().decode(KEY)), "a"), Duration.ofDays(2), Duration.ofDays(30));

    private final Process process;
    private final URI url;
    private final URI adminUrl;

    private CaptureProcess(Process process, URI url, URI adminUrl) {
        this.process = process;
        this.url = url;
        this.adminUrl = adminUrl;
    }

    /**
     * Starts a server with the settings in this folder.
     *
     * @param wrapper a command that runs the one behind it
     */
    static CaptureProcess start(Path settings, String... wrapper) throws IOException {
        List<String> command = new ArrayList<>(List.of(wrapper));
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                CaptureCommand.class.getName(),
                "--settings",
                settings.toString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("LINK_KEY", KEY);
        Process process = builder.start();
        try {
            Matcher addresses = addresses(process);
            return new CaptureProcess(
                    process, URI.create(addresses.group(1)), URI.create("http://127.0.0.1:" + addresses.group(2)));
        } catch (IOException | RuntimeException | AssertionError e) {
            process.destroyForcibly();
            throw e;
        }
    }

    private static Matcher addresses(Process process) throws IOException {
        BufferedReader log =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder seen = new StringBuilder();
        for (String line = log.readLine(); line != null; line = log.readLine()) {
            seen.append(line).append('\n');
            Matcher listens = LISTENS.matcher(line);
            if (listens.find()) {
                return listens;
            }
        }
        throw new AssertionError("expected the server to listen, found:\n" + seen);
    }

    /**
     * Writes settings for a server without Kafka.
     *
     * @param spool further settings of its spool, each after a comma
     */
    static Path settings(Path folder, String spool) throws IOException {
        return Files.writeString(folder.resolve("capture.yaml"), """
                dc: us-west
                bind: 127.0.0.1
                port: 0
                admin: {port: 0}
                kafka: {bootstrapServers: "127.0.0.1:1", partitions: 4}
                spool: {directory: "%s"%s}
                links: {signWith: a, keys: [{id: a, secretVariable: LINK_KEY}]}
                """.formatted(folder.resolve("spool"), spool));
    }

    static String pixel(String id) {
        Impression impression = Impression.newBuilder()
                .setId(id)
                .setTime(Instant.now().toEpochMilli())
                .setAdvertiserId("1458")
                .setCampaignId("spring")
                .setCreativeId("banner")
                .setPriceMicros(1)
                .setCurrency("EUR")
                .build();
        return "/i?lf=" + LINKS.pixelToken("cookie-" + id, impression);
    }

    static String click(String id, String target) {
        return "/c?lf="
                + LINKS.token(
                        LinkKind.CLICK, LinkClaims.of(id, id, Instant.now()).withTarget(target));
    }

    URI url() {
        return url;
    }

    /** Where metrics are. */
    URI adminUrl() {
        return adminUrl;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** A path of this machine as the process sees it. */
    Path sees(Path path) {
        return Path.of("/proc", Long.toString(process.pid()), "root")
                .resolve(path.toString().substring(1));
    }

    /** All bytes of a spool. */
    static String spooled(Path spool) throws IOException {
        StringBuilder content = new StringBuilder();
        try (Stream<Path> files = Files.list(spool)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".spool")).toList()) {
                content.append(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        return content.toString();
    }

    void kill() {
        process.destroyForcibly().onExit().join();
    }

    /** Kills it: an orderly end would wait for Kafka. */
    @Override
    public void close() {
        kill();
    }
}
