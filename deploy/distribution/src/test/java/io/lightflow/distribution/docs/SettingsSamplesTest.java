package io.lightflow.distribution.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.capture.CaptureSettings;
import io.lightflow.capture.CaptureSettingsFile;
import io.lightflow.distribution.docs.Documents.Block;
import io.lightflow.mirror.MirrorMain;
import io.lightflow.registry.server.RegistryServerSettings;
import io.lightflow.registry.server.RegistrySettingsFile;
import io.lightflow.reports.server.ReportsSettings;
import io.lightflow.reports.server.ReportsSettingsFile;
import io.lightflow.topology.settings.GroupSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * Every settings sample of the documents is accepted by the parser of the process that reads it; and where the
 * reference shows a default, it is the default.
 */
class SettingsSamplesTest {
    private static final String SECRET = "0123456789abcdef0123456789abcdef0123456789ab";

    @TempDir
    private Path folder;

    private Path secretFile;

    /** Every variable that a sample names has a value. */
    private static final Map<String, String> ENVIRONMENT = new HashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        public String get(Object variable) {
            return SECRET;
        }
    };

    @BeforeEach
    void writeSecret() throws IOException {
        secretFile = Files.writeString(folder.resolve("secret"), SECRET);
    }

    /** The process that a sample is for. */
    private enum Owner {
        GROUP("group:"),
        CAPTURE("links:"),
        MIRROR("central:"),
        REPORTS("replica:"),
        REGISTRY("database:");

        private final String key;

        Owner(String key) {
            this.key = key;
        }

        static Owner of(Block sample) {
            List<String> lines = sample.text().lines().toList();
            for (Owner owner : values()) {
                if (lines.stream().anyMatch(line -> line.startsWith(owner.key))) {
                    return owner;
                }
            }
            throw new AssertionError(sample.place() + " has the settings of no process");
        }
    }

    @Test
    void everySampleIsAccepted() throws IOException {
        List<Block> samples = Documents.blocks("yaml");
        for (Block sample : samples) {
            try {
                accept(sample);
            } catch (RuntimeException e) {
                throw new AssertionError(sample.place() + " is rejected: " + e.getMessage(), e);
            }
        }
        assertThat(samples.stream().map(Owner::of)).contains(Owner.values());
    }

    private void accept(Block sample) throws IOException {
        switch (Owner.of(sample)) {
            case GROUP -> GroupSettings.parse(sample.text());
            case CAPTURE -> capture(sample.text());
            case MIRROR -> mirror(sample.text());
            case REPORTS -> reports(sample.text());
            case REGISTRY -> registry(sample.text());
        }
    }

    private CaptureSettings capture(String yaml) throws IOException {
        return CaptureSettingsFile.read(file(yaml), ENVIRONMENT);
    }

    private RegistryServerSettings registry(String yaml) throws IOException {
        return RegistrySettingsFile.read(file(yaml), ENVIRONMENT);
    }

    private ReportsSettings reports(String yaml) throws IOException {
        return ReportsSettingsFile.read(file(yaml), ENVIRONMENT);
    }

    /** The properties that are rendered from them. */
    private TreeSet<String> mirror(String yaml) throws IOException {
        Path properties = folder.resolve("mm2.properties");
        int exit = new CommandLine(MirrorMain.class)
                .execute("--settings", file(yaml).toString(), "--properties-out", properties.toString());
        assertThat(exit).as("exit code of the mirror").isZero();
        return new TreeSet<>(Files.readString(properties)
                .lines()
                .filter(line -> !line.startsWith("#"))
                .toList());
    }

    /** Key stores and secrets are files of this machine. */
    private Path file(String yaml) throws IOException {
        return Files.writeString(
                folder.resolve("settings.yaml"),
                yaml.replaceAll("/(etc/lightflow|run/secrets)/[a-z.0-9-]+", secretFile.toString()));
    }

    private static String reference(Owner owner) {
        return Documents.blocks("yaml").stream()
                .filter(sample -> sample.file().endsWith("docs/operating/settings.md"))
                .filter(sample -> Owner.of(sample) == owner)
                .findFirst()
                .orElseThrow()
                .text();
    }

    @Test
    void theReferenceOfAGroupShowsTheDefaults() {
        GroupSettings shown = GroupSettings.parse(reference(Owner.GROUP));
        GroupSettings defaults = GroupSettings.parse("""
                group: us
                dataCenters: [us-west, us-east]
                shards: 8
                kafka: {bootstrapServers: "kafka:9092"}
                registry: {urls: ["http://registry:8081"]}
                postgres: {url: "jdbc:postgresql://db/lightflow", user: lightflow}
                zookeeper: {connect: "zk:2181"}
                store: {rocksdb: {directory: /var/lib/lightflow/us}}
                join: {advertisers: {"1458": {orphanAfter: 1h}}}
                """);
        assertThat(shown.join()).isEqualTo(defaults.join());
        assertThat(shown.pace()).isEqualTo(defaults.pace());
        assertThat(shown.store()).isEqualTo(defaults.store());
        assertThat(shown.dataflow()).isEqualTo(defaults.dataflow());
        assertThat(shown.statistics()).isEqualTo(defaults.statistics());
        assertThat(shown.zookeeper()).isEqualTo(defaults.zookeeper());
        assertThat(shown.kafka()).isEqualTo(defaults.kafka());
    }

    @Test
    void theReferenceOfTheRegistryShowsTheDefaults() throws IOException {
        RegistryServerSettings shown = registry(reference(Owner.REGISTRY));
        RegistryServerSettings defaults =
                registry("database: {url: \"jdbc:postgresql://db:5432/lightflow\", user: lightflow}\n");
        assertThat(shown.http().bind()).isEqualTo(defaults.http().bind());
        assertThat(shown.http().port()).isEqualTo(defaults.http().port());
        assertThat(shown.http().maxRequestBytes()).isEqualTo(defaults.http().maxRequestBytes());
        assertThat(shown.poolSize()).isEqualTo(defaults.poolSize());
        assertThat(shown.databaseTimeout()).isEqualTo(defaults.databaseTimeout());
    }

    @Test
    void theReferenceOfCaptureShowsTheDefaults() throws IOException {
        CaptureSettings shown = capture(reference(Owner.CAPTURE));
        CaptureSettings defaults = capture("""
                dc: us-west
                kafka: {bootstrapServers: "west-1:9092", partitions: 8}
                spool: {directory: /var/lib/lightflow/capture}
                links: {signWith: a, keys: [{id: a, secretVariable: KEY}]}
                """);
        assertThat(shown.http().bind()).isEqualTo(defaults.http().bind());
        assertThat(shown.http().port()).isEqualTo(defaults.http().port());
        assertThat(shown.http().maxConnections()).isEqualTo(defaults.http().maxConnections());
        assertThat(shown.http().maxRequestBytes()).isEqualTo(defaults.http().maxRequestBytes());
        assertThat(shown.http().idleTimeout()).isEqualTo(defaults.http().idleTimeout());
        assertThat(shown.admin()).isEqualTo(defaults.admin());
        assertThat(shown.links().adValidity()).isEqualTo(defaults.links().adValidity());
        assertThat(shown.links().postbackValidity()).isEqualTo(defaults.links().postbackValidity());
        assertThat(shown.producer().unavailablePolicy())
                .isEqualTo(defaults.producer().unavailablePolicy());
        assertThat(shown.answerTimeout()).isEqualTo(defaults.answerTimeout());
        assertThat(shown.stopDelay()).isEqualTo(defaults.stopDelay());
        assertThat(shown.stopTimeout()).isEqualTo(defaults.stopTimeout());
    }

    @Test
    void theReferenceOfTheReportsShowsTheDefaults() throws IOException {
        ReportsSettings shown = reports(reference(Owner.REPORTS));
        ReportsSettings defaults = reports("""
                replica: {url: "jdbc:postgresql://replica/lightflow", user: reader}
                budgets: {listenUrl: "jdbc:postgresql://primary/lightflow"}
                """);
        assertThat(shown.http().bind()).isEqualTo(defaults.http().bind());
        assertThat(shown.http().port()).isEqualTo(defaults.http().port());
        assertThat(shown.http().maxRequestBytes()).isEqualTo(defaults.http().maxRequestBytes());
        assertThat(shown.replica().schema()).isEqualTo(defaults.replica().schema());
        assertThat(shown.replica().poolSize()).isEqualTo(defaults.replica().poolSize());
        assertThat(shown.replica().timeout()).isEqualTo(defaults.replica().timeout());
        assertThat(shown.statementTimeout()).isEqualTo(defaults.statementTimeout());
        assertThat(shown.budgets()).isEqualTo(defaults.budgets());
    }

    @Test
    void theReferenceOfTheMirrorShowsTheDefaults() throws IOException {
        TreeSet<String> shown = mirror(reference(Owner.MIRROR));
        TreeSet<String> defaults = mirror("""
                central: {bootstrapServers: "central-1:9092,central-2:9092"}
                dataCenters:
                  - {name: us-west, bootstrapServers: "west-1:9092"}
                  - {name: us-east, bootstrapServers: "east-1:9092"}
                replicationFactor: 3
                """);
        shown.removeIf(property -> property.contains(".security.protocol=") || property.contains(".ssl."));
        assertThat(shown).isEqualTo(defaults);
    }
}
