package io.lightflow.topology.operator;

import io.lightflow.event.OutputEvent;
import io.lightflow.position.Position;
import io.lightflow.sink.Commit;
import io.lightflow.sink.ShardMove;
import io.lightflow.sink.Sink;
import io.lightflow.statistics.Statistics;
import io.lightflow.topology.kafka.KafkaClients;
import io.lightflow.topology.kafka.KafkaSink;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.trident.Parts;
import io.lightflow.topology.trident.TopologyKind;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lightflow accept-gap}. */
@Command(
        name = "accept-gap",
        mixinStandardHelpOptions = true,
        description = "Move a stopped shard over records that are lost for good. What was in them is never counted.")
public final class AcceptGapCommand implements Callable<Integer> {
    @Mixin
    private SettingsOption settingsOption;

    @Option(names = "--topology", defaultValue = "DATAFLOW", description = "Which one: ${COMPLETION-CANDIDATES}.")
    private TopologyKind kind;

    @Option(names = "--shard", required = true)
    private int shard;

    @Option(names = "--topic", required = true)
    private String topic;

    @Option(names = "--to", required = true, description = "Offset to go on with.")
    private long to;

    @Override
    public Integer call() {
        GroupSettings settings = settingsOption.read();
        if (kind == TopologyKind.DATAFLOW) {
            try (KafkaSink sink = new KafkaSink(new KafkaClients(settings.kafka()), settings.group())) {
                accept(sink, List.<OutputEvent>of());
            }
        } else {
            try (Sink<Statistics> sink = Parts.statisticsSink(settings)) {
                accept(sink, new Statistics());
            }
        }
        return 0;
    }

    private <O> void accept(Sink<O> sink, O nothing) {
        Position before = sink.open(shard);
        Position after = before.acceptingGap(topic, to);
        sink.commit(List.of(new Commit<>(List.of(new ShardMove(shard, before, after)), nothing)));
        System.out.println("shard " + shard + " goes on with offset " + to + " of " + topic
                + "; the topology takes it up within some seconds");
    }
}
