package io.lightflow.deploy.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.deploy.group.DcGroup;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.SettingsException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A settings file replaces the stack's settings of a group key by key, but not its servers. */
class GroupOverlayTest {
    private static final String ADDRESS = "127.0.0.1:1";

    @TempDir
    Path folder;

    @Test
    void itReplacesSingleKeysAndLeavesTheOthers() throws IOException {
        GroupSettings settings = settings("us", """
                join:
                  orphanAfter: 1h
                  advertisers:
                    acme: {viewThrough: 2h}
                pace:
                  maxSkew: 5m
                """);

        assertThat(settings.join().orphanAfter()).isEqualTo(Duration.ofHours(1));
        assertThat(settings.join().advertisers().get("acme").viewThrough()).isEqualTo(Duration.ofHours(2));
        assertThat(settings.join().allowedDisorder()).isEqualTo(Duration.ofSeconds(5));
        assertThat(settings.pace().maxSkew()).isEqualTo(Duration.ofMinutes(5));
        assertThat(settings.pace().pollRecords()).isEqualTo(50_000);
    }

    @Test
    void aFileThatNamesAGroupChangesNoOther() throws IOException {
        String yaml = """
                group: eu
                join: {orphanAfter: 1h}
                """;

        assertThat(settings("eu", yaml).join().orphanAfter()).isEqualTo(Duration.ofHours(1));
        assertThat(settings("us", yaml).join().orphanAfter()).isEqualTo(Duration.ofHours(24));
    }

    @Test
    void filesThatItNamesLieBesideIt() throws IOException {
        Files.writeString(folder.resolve("crawlers.txt"), "bot\n");

        GroupSettings settings = settings("us", """
                traffic: {crawlersFile: crawlers.txt}
                enrichment: {places: city.mmdb}
                """);

        assertThat(settings.joinSettings().traffic().crawlers()).containsExactly("bot");
        assertThat(settings.enrichment().places()).isEqualTo(folder.resolve("city.mmdb"));
    }

    @Test
    void theServersRemainThoseOfTheStack() throws IOException {
        String yaml = """
                shards: 64
                kafka: {bootstrapServers: "kafka.example.com:9092"}
                zookeeper: {connect: "zookeeper.example.com:2181"}
                archive: {warehouse: "s3://example/tables"}
                """;

        assertThat(settings("us", yaml).kafka().bootstrapServers()).isEqualTo(ADDRESS);
        assertThat(settings("us", yaml).shards()).isEqualTo(4);
        assertThat(overlay(yaml).ignored()).containsExactly("shards", "kafka", "zookeeper", "archive");
        assertThat(settings("us", yaml).archive()).isNull();
    }

    @Test
    void aWrongKeyIsNamedBeforeAnythingStarts() throws IOException {
        LocalSettings wrong = LocalSettings.in(folder).with(overlay("join: {orphansAfter: 1h}"));

        assertThatThrownBy(wrong::check)
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("join.orphansAfter is unknown");
        assertThatThrownBy(() -> overlay("just words"))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("expected keys such as join");
    }

    private GroupOverlay overlay(String yaml) throws IOException {
        return GroupOverlay.read(Files.writeString(folder.resolve("settings.yaml"), yaml));
    }

    private GroupSettings settings(String group, String yaml) throws IOException {
        LocalSettings local = LocalSettings.in(folder).with(overlay(yaml));
        DcGroup chosen = DcGroup.LOCAL.stream()
                .filter(each -> each.name().equals(group))
                .findFirst()
                .orElseThrow();
        return new LocalGroup(local, chosen)
                .groupSettings(ADDRESS, Map.of(), URI.create("http://" + ADDRESS), "jdbc:postgresql://x/", ADDRESS);
    }
}
