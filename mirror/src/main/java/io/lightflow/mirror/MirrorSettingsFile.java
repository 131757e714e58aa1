package io.lightflow.mirror;

import static io.lightflow.service.settings.SettingsFile.duration;
import static io.lightflow.service.settings.SettingsFile.orElse;
import static io.lightflow.service.settings.SettingsFile.require;

import io.lightflow.secret.KafkaSecrets;
import io.lightflow.secret.SecretReferences;
import io.lightflow.service.settings.SettingsFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Reads {@link MirrorSettings} from YAML. An unknown key or a missing or invalid value is an error that names the key.
 * Settings of Kafka's clients may refer to secrets.
 */
final class MirrorSettingsFile {
    private final SecretReferences references;

    private MirrorSettingsFile(Map<String, String> environment) {
        this.references = new SecretReferences(environment);
    }

    private record Document(
            ClusterEntry central,
            List<DataCenterEntry> dataCenters,
            List<String> topics,
            Integer replicationFactor,
            Integer tasksPerDataCenter,
            String refreshTopics,
            InternalRestEntry internalRest) {}

    private record ClusterEntry(String bootstrapServers, Map<String, String> client) {}

    private record DataCenterEntry(String name, String bootstrapServers, Map<String, String> client) {}

    private record InternalRestEntry(String host, Integer port) {}

    /** @throws IllegalArgumentException if the file is unreadable or invalid; the message names file and key */
    static MirrorSettings read(Path file) {
        return SettingsFile.read(file, "the mirror", yaml -> parse(yaml, System.getenv()));
    }

    static MirrorSettings parse(String yaml, Map<String, String> environment) {
        return new MirrorSettingsFile(environment).settings(SettingsFile.document(yaml, Document.class));
    }

    private MirrorSettings settings(Document document) {
        require(document.central(), "central");
        require(document.dataCenters(), "dataCenters");
        require(document.replicationFactor(), "replicationFactor");
        InternalRestEntry rest = orElse(document.internalRest(), new InternalRestEntry(null, null));
        return new MirrorSettings(
                at(
                        "central",
                        () -> new KafkaCluster(
                                document.central().bootstrapServers(),
                                resolved(document.central().client()))),
                SettingsFile.list(document.dataCenters(), "dataCenters", this::dataCenter),
                orElse(document.topics(), MirrorSettings.LIGHT_TOPICS),
                document.replicationFactor(),
                orElse(document.tasksPerDataCenter(), 1),
                duration(document.refreshTopics(), "refreshTopics", Duration.ofSeconds(30)),
                new MirrorSettings.InternalRest(orElse(rest.host(), "127.0.0.1"), orElse(rest.port(), 0)));
    }

    private DataCenter dataCenter(DataCenterEntry center, String key) {
        return at(
                key,
                () -> new DataCenter(
                        center.name(), new KafkaCluster(center.bootstrapServers(), resolved(center.client()))));
    }

    private Map<String, String> resolved(Map<String, String> client) {
        return client == null ? Map.of() : KafkaSecrets.resolve("client", client, references);
    }

    private static <T> T at(String key, Supplier<T> part) {
        try {
            return part.get();
        } catch (IllegalArgumentException | NullPointerException e) {
            throw new IllegalArgumentException(key + "." + e.getMessage(), e);
        }
    }
}
