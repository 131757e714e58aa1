package io.lightflow.deploy.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterSettingsTest {
    @TempDir
    Path data;

    @Test
    void whatWasRememberedIsReadAgain() {
        ClusterSettings settings =
                new ClusterSettings(data, EnumSet.of(Component.KAFKA, Component.POSTGRES), List.of("us-west"), 2);
        settings.remember();
        assertThat(ClusterSettings.rememberedIn(data)).contains(settings);
    }

    @Test
    void nothingIsRememberedWhereNoClusterWas() {
        assertThat(ClusterSettings.rememberedIn(data)).isEmpty();
    }

    @Test
    void aBrokenFileIsNamedWithWhatItShouldHold() {
        ResourceFiles.write(data.resolve("cluster.json"), "{\"components\": [\"KAFKAA\"]}");
        assertThatThrownBy(() -> ClusterSettings.rememberedIn(data))
                .hasMessageContaining("cluster.json")
                .hasMessageContaining("components");
    }

    @Test
    void aComponentNeedsThoseItTalksTo() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ClusterSettings(data, EnumSet.of(Component.STORM), List.of(), 2))
                .withMessageContaining("STORM needs ZOOKEEPER");
    }

    @Test
    void dataCentersAreNamedOnceAndNeverCentral() {
        EnumSet<Component> kafka = EnumSet.of(Component.KAFKA);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ClusterSettings(data, kafka, List.of("eu", "eu"), 2))
                .withMessageContaining("twice");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ClusterSettings(data, kafka, List.of("central"), 2))
                .withMessageContaining("central");
    }

    @Test
    void aDataFolderThatStormCannotCopeWithIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ClusterSettings.everything(data.resolve("with space")))
                .withMessageContaining("space");
    }

    @Test
    void kafkasThatAreReachedByAProxyAreRememberedAndExist() {
        EnumSet<Component> kafka = EnumSet.of(Component.KAFKA);
        ClusterSettings settings = new ClusterSettings(data, kafka, List.of("eu"), 2, Set.of("central"));
        settings.remember();
        assertThat(ClusterSettings.rememberedIn(data)).contains(settings);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ClusterSettings(data, kafka, List.of("eu"), 2, Set.of("us")))
                .withMessageContaining("'us'")
                .withMessageContaining("eu");
    }

    @Test
    void aClusterOfBeforeThereWereProxiesIsReadAsItWas() {
        ResourceFiles.write(
                data.resolve("cluster.json"),
                "{\"components\": [\"KAFKA\"], \"dataCenters\": [\"eu\"], \"partitions\": 2}");
        assertThat(ClusterSettings.rememberedIn(data))
                .contains(new ClusterSettings(data, EnumSet.of(Component.KAFKA), List.of("eu"), 2));
    }

    @Test
    void theAerospikeServerIsRemembered() {
        ClusterSettings settings = new ClusterSettings(
                data, EnumSet.of(Component.KAFKA), List.of("eu"), 2, Set.of(), Optional.of(data.resolve("asd")));
        settings.remember();
        assertThat(ClusterSettings.rememberedIn(data)).contains(settings);
    }
}
