package io.lightflow.topology.operator;

import io.lightflow.position.Position;
import io.lightflow.position.TopicPosition;
import io.lightflow.position.TopicPosition.Incarnation;
import io.lightflow.topology.catalog.Topologies;
import io.lightflow.topology.descriptor.LedgerMover;
import io.lightflow.topology.descriptor.ShardPositions;
import io.lightflow.topology.descriptor.TopologyDescriptor;
import io.lightflow.topology.kafka.KafkaClients;
import io.lightflow.topology.kafka.TopicSetup;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.SettingsException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lightflow accept-gap}. */
@Command(
        name = "accept-gap",
        mixinStandardHelpOptions = true,
        description = "Move a stopped shard over records that are lost for good. Their events are never counted.")
public final class AcceptGapCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private SettingsOption settingsOption;

    @Option(
            names = "--topology",
            converter = TopologyNames.Converter.class,
            completionCandidates = TopologyNames.class,
            description = "Which one, if it is not the first that reads the topic: ${COMPLETION-CANDIDATES}.")
    private TopologyDescriptor chosen;

    @Option(names = "--shard", required = true)
    private int shard;

    @Option(names = "--topic", required = true)
    private String topic;

    @Option(
            names = "--to",
            required = true,
            description = "Offset to continue with: that of the oldest record that still exists.")
    private long to;

    @Override
    public Integer call() {
        GroupSettings settings = settingsOption.read();
        TopologyDescriptor reader = chosen == null ? readerOf(settings) : chosen;
        OnlyOption.requireConfigured(settings, reader);
        requireShard(settings);
        int incarnation;
        long oldest;
        try (Admin admin = new KafkaClients(settings.kafka()).admin("lightflow-accept-gap-" + settings.group())) {
            incarnation = incarnation(admin);
            oldest = oldestRecord(admin);
        }
        // Before the sink is opened, which takes the shard over from its topology for a moment.
        try (ShardPositions positions = reader.positions(settings)) {
            requireGap(positions.read(List.of(shard)).get(shard).nextOffset(topic, incarnation), oldest);
        }
        try (LedgerMover mover = reader.ledgerMover(settings)) {
            mover.move(shard, before -> over(before, incarnation));
        }
        System.out.println("shard " + shard + " continues with offset " + to + " of " + topic
                + "; the topology does so within some seconds");
        return 0;
    }

    /** Any other offset would skip records that can be read. */
    private void requireGap(long next, long oldest) {
        if (next >= oldest) {
            throw new SettingsException(
                    "shard " + shard + " has no gap in " + topic + ": it has read up to offset " + next
                            + ", and the oldest record is at " + oldest + "; nothing was changed",
                    null);
        }
        if (to != oldest) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--to must be " + oldest + ", the offset of the oldest record that shard " + shard + " can read of "
                            + topic + ", found " + to);
        }
    }

    private TopologyDescriptor readerOf(GroupSettings settings) {
        Set<String> known = new TreeSet<>();
        for (TopologyDescriptor candidate : Topologies.of(settings)) {
            Set<String> topics = candidate.topics(settings).keySet();
            if (topics.contains(topic)) {
                return candidate;
            }
            known.addAll(topics);
        }
        throw new ParameterException(
                spec.commandLine(),
                "--topic must be one that group " + settings.group() + " reads, " + known + ", found " + topic);
    }

    private void requireShard(GroupSettings settings) {
        if (shard < 0 || shard >= settings.shards()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--shard must lie between 0 and " + (settings.shards() - 1) + ", found " + shard);
        }
    }

    private int incarnation(Admin admin) {
        TopicDescription found = TopicSetup.describe(admin, List.of(topic)).get(topic);
        if (found == null) {
            throw new IllegalStateException("topic " + topic + " does not exist");
        }
        return TopicSetup.incarnation(found);
    }

    private long oldestRecord(Admin admin) {
        TopicPartition partition = new TopicPartition(topic, shard);
        try {
            return admin.listOffsets(Map.of(partition, OffsetSpec.earliest()))
                    .partitionResult(partition)
                    .get()
                    .offset();
        } catch (ExecutionException e) {
            throw new KafkaException("looking up the oldest record of " + partition + " failed: " + e.getCause(), e);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /** The gap may be at the beginning of a topic or incarnation of which nothing has been read yet. */
    private Position over(Position before, int incarnation) {
        TopicPosition at = before.topics().get(topic);
        if (at != null && at.current().id() == incarnation) {
            return before.acceptingGap(topic, to);
        }
        List<Incarnation> incarnations = new ArrayList<>(at == null ? List.of() : at.incarnations());
        incarnations.removeIf(known -> known.id() == incarnation);
        incarnations.add(new Incarnation(incarnation, to));
        SortedMap<String, TopicPosition> topics = new TreeMap<>(before.topics());
        topics.put(topic, new TopicPosition(incarnations, before.maxTime(topic), before.clocks(topic)));
        return before.withTopics(topics);
    }
}
