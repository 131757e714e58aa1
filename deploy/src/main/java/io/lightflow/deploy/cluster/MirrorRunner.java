package io.lightflow.deploy.cluster;

import io.lightflow.mirror.DataCenter;
import io.lightflow.mirror.KafkaCluster;
import io.lightflow.mirror.Mirror;
import io.lightflow.mirror.MirrorSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** The main class of the cluster's mirror process: a {@link Mirror} until the process is told to end. */
@CommandLine.Command(name = "mirror")
final class MirrorRunner implements Runnable {
    @Option(names = "--central", required = true)
    private String central;

    @Option(names = "--rest-port", required = true)
    private int restPort;

    /** Name and bootstrap servers, as in {@code eu=127.0.0.1:9092}. */
    @Option(names = "--front", required = true)
    private Map<String, String> fronts;

    private MirrorRunner() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new MirrorRunner()).execute(arguments));
    }

    @Override
    public void run() {
        List<DataCenter> dataCenters = new ArrayList<>();
        fronts.forEach((name, servers) -> dataCenters.add(new DataCenter(name, KafkaCluster.at(servers))));
        Mirror mirror = new Mirror(new MirrorSettings(
                KafkaCluster.at(central),
                dataCenters,
                MirrorSettings.LIGHT_TOPICS,
                1,
                1,
                Duration.ofSeconds(2),
                new MirrorSettings.InternalRest("127.0.0.1", restPort)));
        mirror.start();
        Runtime.getRuntime().addShutdownHook(new Thread(mirror::close, "mirror-stop"));
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
