package io.lightflow.lab.up;

import static io.lightflow.lab.up.EventsFeed.impression;
import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.deploy.embedded.Await;
import io.lightflow.event.EventType;
import io.lightflow.position.Books;
import io.lightflow.position.Books.Entry;
import io.lightflow.topology.dataflow.DataflowTopology;
import io.lightflow.topology.operator.GroupStatus;
import io.lightflow.topology.operator.ShardStatus;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Records that are gone before they were read stop their shard and no other, until an operator decides (invariant B).
 */
@OnLocalStack
@ExtendWith(SharedStand.class)
@Order(SharedStand.FIRST)
class GapTest {
    private static final int STOPPED = 1;
    private static final int OTHER = 2;

    @Test
    void aGapStopsItsShardUntilItIsAccepted(Stand stand, @TempDir Path folder) throws Exception {
        int shards = stand.stack().settings().shards();
        String inGap = EventsFeed.key("gap", STOPPED, shards);
        String other = EventsFeed.key("gap", OTHER, shards);
        Operator operator = new Operator(stand, Stand.US, folder);
        Report before = stand.replay(impression(inGap, stand.laterMs()));

        stand.stack().kill(Stand.US, DataflowTopology.INSTANCE);
        long read = position(stand);
        long time = stand.laterMs();
        stand.feed(impression(inGap, inGap + "-lost", 1, time), impression(other, time));
        long oldest = deleteRecords(stand);
        assertThat(oldest).isGreaterThan(read);
        stand.feed(impression(inGap, inGap + "-kept", 1, time + 1));
        stand.stack().submit(Stand.US, DataflowTopology.INSTANCE, 1);

        // The other shard goes on.
        long in = before.in().get(EventType.IMPRESSION.plural());
        stand.awaitBooks("the other shard goes on", books -> impressions(books) == in + 1);
        Operator.Answer stopped = operator.run("show", "--only", "DATAFLOW");
        assertThat(stopped.exitCode()).isOne();
        assertThat(stopped.output())
                .contains("STOPPED", topic() + ": read up to " + read + ", oldest record at " + oldest);
        assertThat(impressions(stand.books())).isEqualTo(in + 1);

        Operator.Answer accepted =
                operator.run("accept-gap", "--shard", "" + STOPPED, "--topic", topic(), "--to", Long.toString(oldest));
        assertThat(accepted.exitCode()).as(accepted.output()).isZero();
        stand.awaitBooks("the shard goes on", books -> impressions(books) == in + 2);
        Report after = stand.replay(impression(inGap, inGap + "-after", 1, stand.laterMs()));

        assertThat(after.balanced()).as(after.differences().toString()).isTrue();
        assertThat(after.joined().get("impressions")).isEqualTo(before.joined().get("impressions") + 3);
        assertThat(operator.run("show").exitCode()).isZero();
    }

    private static String topic() {
        return EventType.IMPRESSION.centralTopic(EventsFeed.DC);
    }

    private static long impressions(Books books) {
        return books.get(EventType.IMPRESSION, Entry.IN);
    }

    /** The next offset of the shard that will have the gap, in its ledger. */
    private static long position(Stand stand) {
        try (GroupStatus status = new GroupStatus(stand.stack().groupSettings(Stand.US), DataflowTopology.INSTANCE)) {
            ShardStatus shard = status.shards().get(STOPPED);
            return shard.position().topics().get(topic()).current().nextOffset();
        }
    }

    /** Deletes all that the partition holds; returns the offset of the next record. */
    private static long deleteRecords(Stand stand) throws Exception {
        TopicPartition partition = new TopicPartition(topic(), STOPPED);
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", stand.stack().centralBootstrap()))) {
            ListOffsetsResultInfo end = admin.listOffsets(Map.of(partition, OffsetSpec.latest()))
                    .partitionResult(partition)
                    .get();
            admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(end.offset())))
                    .all()
                    .get();
            Await.until(
                    "the records are gone",
                    Stand.PATIENCE,
                    () -> admin.listOffsets(Map.of(partition, OffsetSpec.earliest()))
                                    .partitionResult(partition)
                                    .get()
                                    .offset()
                            == end.offset());
            return end.offset();
        }
    }
}
