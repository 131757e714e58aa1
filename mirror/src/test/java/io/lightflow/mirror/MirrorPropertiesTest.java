package io.lightflow.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.kafka.connect.mirror.MirrorMakerConfig;
import org.apache.kafka.connect.mirror.MirrorSourceConnector;
import org.apache.kafka.connect.mirror.SourceAndTarget;
import org.apache.kafka.connect.runtime.distributed.DistributedConfig;
import org.apache.kafka.connect.source.ExactlyOnceSupport;
import org.junit.jupiter.api.Test;

class MirrorPropertiesTest {
    private static final SourceAndTarget EU = new SourceAndTarget("eu", "central");

    private final MirrorSettings settings = new MirrorSettings(
            new KafkaCluster("central:9092", Map.of("security.protocol", "SSL", "ssl.keystore.password", "secret")),
            List.of(
                    new DataCenter("eu", KafkaCluster.at("eu:9092")),
                    new DataCenter("us-west", KafkaCluster.at("west:9092"))),
            List.of("clicks", "a.b"),
            3,
            2,
            Duration.ofSeconds(7),
            new MirrorSettings.InternalRest("127.0.0.1", 8084));

    private final MirrorMakerConfig config = new MirrorMakerConfig(MirrorProperties.render(settings));

    @Test
    void oneFlowLeadsFromEachDataCenterToTheCentralClusterAndNoneBack() {
        assertThat(config.clusterPairs()).containsExactlyInAnyOrder(EU, new SourceAndTarget("us-west", "central"));
    }

    @Test
    void everyFlowSupportsExactlyOnce() {
        Map<String, String> connector = config.connectorBaseConfig(EU, MirrorSourceConnector.class);
        assertThat(new MirrorSourceConnector().exactlyOnceSupport(connector)).isEqualTo(ExactlyOnceSupport.SUPPORTED);
        assertThat(new DistributedConfig(config.workerConfig(EU)).exactlyOnceSourceEnabled())
                .isTrue();
        assertThat(config.enableInternalRest()).isTrue();
    }

    @Test
    void onlyTheLightTopicsMatchAndDotsAreLiteral() {
        String topics =
                config.connectorBaseConfig(EU, MirrorSourceConnector.class).get("topics");
        Pattern pattern = Pattern.compile(topics.replace(",", "|"));
        assertThat(List.of("clicks", "a.b", "axb", "clicks2", "eu.clicks").stream()
                        .filter(pattern.asMatchPredicate()))
                .containsExactly("clicks", "a.b");
    }

    @Test
    void securitySettingsReachTheClientsButNoMessage() {
        Map<String, String> connector = config.connectorBaseConfig(EU, MirrorSourceConnector.class);
        assertThat(connector).containsEntry("target.cluster.security.protocol", "SSL");
        assertThat(config.workerConfig(EU)).containsEntry("producer.security.protocol", "SSL");
        assertThat(settings.toString()).doesNotContain("secret");
    }

    @Test
    void clientSettingsThatCouldBreakExactlyOnceAreRejected() {
        Map<String, String> client = Map.of("isolation.level", "read_uncommitted");
        assertThatThrownBy(() -> new KafkaCluster("eu:9092", client)).hasMessageContaining("isolation.level");
    }

    @Test
    void aNameWithADotIsRejected() {
        KafkaCluster front = KafkaCluster.at("eu:9092");
        assertThatThrownBy(() -> new DataCenter("eu.west", front)).hasMessageContaining("'eu.west'");
        assertThatThrownBy(() -> new DataCenter("central", front)).hasMessageContaining("central");
    }
}
