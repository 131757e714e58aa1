package io.lightflow.topology.monitor;

import io.lightflow.event.EventType;
import io.lightflow.topology.kafka.KafkaClients;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.KafkaSection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Looks at the newest records of a cluster's light topics. The mirror keeps their timestamps, so a data center's newest
 * record in front and on the central cluster tell how far the copy lags.
 */
final class MirrorConnection implements Source.Connection<Map<String, Long>> {
    private final Admin admin;
    private final Map<String, List<TopicPartition>> partitions = new LinkedHashMap<>();

    private MirrorConnection(GroupSettings settings, KafkaSection kafka) {
        this.admin = new KafkaClients(kafka).admin("lightflow-monitor-" + settings.group());
    }

    /** The central cluster. */
    static MirrorConnection central(GroupSettings settings) {
        MirrorConnection central = new MirrorConnection(settings, settings.kafka());
        for (String dc : settings.dataCenters()) {
            central.add(dc, settings.shards(), type -> type.centralTopic(dc));
        }
        return central;
    }

    /** The front cluster of a data center. */
    static MirrorConnection front(GroupSettings settings, String dc) {
        MirrorConnection front =
                new MirrorConnection(settings, settings.fronts().get(dc).kafka());
        front.add(dc, settings.shards(), EventType::plural);
        return front;
    }

    private interface Naming {
        String topic(EventType type);
    }

    private void add(String dc, int shards, Naming naming) {
        List<TopicPartition> all = new ArrayList<>();
        for (EventType type : EventType.values()) {
            IntStream.range(0, shards).forEach(shard -> all.add(new TopicPartition(naming.topic(type), shard)));
        }
        partitions.put(dc, all);
    }

    /** The time of each data center's newest record, in ms since the Unix epoch. */
    @Override
    public Map<String, Long> look() {
        Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        partitions.values().forEach(all -> all.forEach(each -> wanted.put(each, OffsetSpec.maxTimestamp())));
        try {
            Map<TopicPartition, ListOffsetsResultInfo> found =
                    admin.listOffsets(wanted).all().get();
            Map<String, Long> newest = new LinkedHashMap<>();
            partitions.forEach((dc, all) -> newest(all, found).ifPresent(time -> newest.put(dc, time)));
            return newest;
        } catch (ExecutionException e) {
            throw new KafkaException("looking up the newest records failed: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private static OptionalLong newest(
            Collection<TopicPartition> partitions, Map<TopicPartition, ListOffsetsResultInfo> found) {
        return partitions.stream()
                .mapToLong(partition -> found.get(partition).timestamp())
                .filter(time -> time >= 0)
                .max();
    }

    @Override
    public void close() {
        admin.close();
    }
}
