package io.lightflow.deploy.local;

import io.lightflow.deploy.embedded.EmbeddedKafka;
import io.lightflow.mirror.DataCenter;
import io.lightflow.mirror.KafkaCluster;
import io.lightflow.mirror.Mirror;
import io.lightflow.mirror.MirrorSettings;
import java.util.List;
import java.util.Map;

/** Runs MirrorMaker in this process, from every front cluster to the central one. */
final class LocalMirror implements AutoCloseable {
    private final Map<String, EmbeddedKafka> fronts;
    private final CentralKafka central;
    private Mirror mirror;

    /** The clusters may start later. */
    LocalMirror(Map<String, EmbeddedKafka> fronts, CentralKafka central) {
        this.fronts = fronts;
        this.central = central;
    }

    /** Returns immediately; records flow some seconds later. */
    void start() {
        List<DataCenter> dataCenters = fronts.entrySet().stream()
                .map(front -> new DataCenter(
                        front.getKey(), KafkaCluster.at(front.getValue().bootstrapServers())))
                .toList();
        mirror = new Mirror(MirrorSettings.local(KafkaCluster.at(central.bootstrapServers()), dataCenters));
        mirror.start();
    }

    @Override
    public void close() {
        if (mirror != null) {
            mirror.close();
        }
    }
}
