package io.lightflow.lab.contest;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/** Watches how far committed records reach in the output topics. One thread uses it. */
final class CommittedEnds {
    private record Look(long timeMs, Map<TopicPartition, Long> ends) {}

    private final Admin admin;
    private final Map<TopicPartition, OffsetSpec> request;
    private final List<Look> looks = new ArrayList<>();

    CommittedEnds(Admin admin, List<TopicPartition> partitions) {
        this.admin = admin;
        this.request =
                partitions.stream().collect(Collectors.toMap(Function.identity(), partition -> OffsetSpec.latest()));
    }

    /** Looks at the ends; returns their sum. */
    long look() throws InterruptedException {
        Map<TopicPartition, Long> ends = new HashMap<>();
        try {
            Map<TopicPartition, ListOffsetsResultInfo> found = admin.listOffsets(
                            request, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                    .all()
                    .get();
            found.forEach((partition, info) -> ends.put(partition, info.offset()));
        } catch (ExecutionException e) {
            throw new IllegalStateException("Reading the ends of the output topics failed", e.getCause());
        }
        if (looks.isEmpty() || !last().ends().equals(ends)) {
            looks.add(new Look(System.currentTimeMillis(), ends));
        }
        return ends.values().stream().mapToLong(Long::longValue).sum();
    }

    private Look last() {
        return looks.get(looks.size() - 1);
    }

    /** When the ends were seen to move for the last time, in ms since the Unix epoch. */
    long lastMoveMs() {
        return last().timeMs();
    }

    /** When all of these records were first seen to be committed, in ms since the Unix epoch. */
    long committedMs(Map<TopicPartition, Long> lastOffsets) {
        return looks.stream()
                .filter(look -> lastOffsets.entrySet().stream()
                        .allMatch(last -> look.ends().get(last.getKey()) > last.getValue()))
                .mapToLong(Look::timeMs)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("expected the ends of all outputs, found fewer"));
    }
}
