package io.lightflow.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.lightflow.topology.settings.GroupSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The units, the Compose file and the samples of the distribution. */
class PackagingTest {
    private static final Path DIST = Path.of("src/main/dist");
    private static final String EXEC = "ExecStart=/opt/lightflow/bin/lightflow ";

    private static void parse(List<String> command) {
        LightflowCommand.commandLine().parseArgs(command.toArray(String[]::new));
    }

    @Test
    void everyUnitRunsACommandThatLightflowTakes() throws IOException {
        List<String> commands = new ArrayList<>();
        try (Stream<Path> units = Files.list(DIST.resolve("systemd"))) {
            for (Path unit : units.toList()) {
                List<String> starts = Files.readAllLines(unit).stream()
                        .filter(line -> line.startsWith("ExecStart="))
                        .toList();
                assertThat(starts)
                        .as(unit.toString())
                        .singleElement()
                        .asString()
                        .startsWith(EXEC);
                List<String> words =
                        List.of(starts.get(0).substring(EXEC.length()).split(" "));
                parse(words);
                commands.add(words.get(0));
            }
        }
        assertThat(commands)
                .containsExactlyInAnyOrder(
                        "registry", "reports", "capture", "mirror", "certify", "retention", "monitor");
    }

    @Test
    void theComposeFileRunsCommandsThatLightflowTakes() throws IOException {
        JsonNode compose =
                new YAMLMapper().readTree(DIST.resolve("docker/compose.yaml").toFile());
        List<String> services = new ArrayList<>();
        compose.get("services").properties().forEach(service -> {
            if (!service.getValue().has("image")) {
                List<String> words = new ArrayList<>();
                service.getValue().get("command").forEach(word -> words.add(word.asText()));
                parse(words);
                services.add(service.getKey());
            }
        });
        assertThat(services)
                .containsExactly("registry", "reports", "capture", "mirror", "certify", "monitor", "retention");
    }

    @Test
    void theSampleOfAGroupIsAcceptedAlsoWithItsCommentsAsSettings() throws IOException {
        String sample = Files.readString(DIST.resolve("conf/us.yaml"));
        GroupSettings settings = GroupSettings.parse(sample);
        GroupSettings all =
                GroupSettings.parse(sample.substring(sample.indexOf("\ngroup:")).replaceAll("(?m)^( *)# ", "$1"));
        assertThat(all.pace()).isEqualTo(settings.pace());
        assertThat(all.statistics()).isEqualTo(settings.statistics());
        assertThat(all.store()).isEqualTo(settings.store());
        assertThat(all.join().advertisers()).isNotEqualTo(settings.join().advertisers());
    }
}
