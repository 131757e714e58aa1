package io.lightflow.topology.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.event.OutputTopic;
import io.lightflow.sink.SinkUnavailableException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.DescribeProducersResult.PartitionProducerState;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** A marker may be missing in any partitions of a transaction. The ledger decides what becomes of it. */
class HangingTransactionsTest {
    private static final String GROUP = "us";
    private static final int SHARD = 3;
    private static final int EPOCH = 7;
    private static final TopicPartition LEDGER = new TopicPartition(GroupTopics.ledger(GROUP), SHARD);
    private static final TopicPartition CLICKS = output(OutputTopic.CLICKS);
    private static final TopicPartition ORPHANS = output(OutputTopic.ORPHANS);

    private final Map<TopicPartition, PartitionProducerState> states = new HashMap<>();

    private static TopicPartition output(OutputTopic topic) {
        return new TopicPartition(topic.of(GROUP), SHARD);
    }

    private void open(TopicPartition partition) {
        states.put(partition, state(EPOCH, OptionalLong.of(100)));
    }

    private void ended(TopicPartition partition, int epoch) {
        states.put(partition, state(epoch, OptionalLong.empty()));
    }

    private static PartitionProducerState state(int epoch, OptionalLong openSince) {
        return new PartitionProducerState(
                List.of(new ProducerState(42, epoch, 9, 1_000, OptionalInt.of(5), openSince)));
    }

    private List<AbortTransactionSpec> toAbort() {
        return HangingTransactions.toAbort(GROUP, SHARD, states);
    }

    @Test
    void whatHasEndedIsLeftAlone() {
        ended(LEDGER, EPOCH + 1);
        ended(CLICKS, EPOCH + 1);

        assertThat(toAbort()).isEmpty();
    }

    @Test
    void whatHangsInOutputsAndLedgerIsAborted() {
        open(LEDGER);
        open(CLICKS);
        ended(ORPHANS, EPOCH);

        assertThat(toAbort())
                .containsExactlyInAnyOrder(
                        new AbortTransactionSpec(LEDGER, 42, (short) EPOCH, 5),
                        new AbortTransactionSpec(CLICKS, 42, (short) EPOCH, 5));
        assertThat(HangingTransactions.endedIn(toAbort(), states))
                .as("the end of the transaction before")
                .isEmpty();
    }

    @Test
    void whatHangsInOutputsAloneMayHaveBeenCommitted() {
        ended(LEDGER, EPOCH + 1);
        open(CLICKS);

        assertThatThrownBy(this::toAbort)
                .isInstanceOf(SinkUnavailableException.class)
                .hasMessageContaining("transactions hang in the output of shard 3 of group us but not in its ledger")
                .hasMessageContaining(CLICKS.toString());
    }

    @Test
    void outputsInWhichATransactionOfTheLedgerHasEndedAreNamed() {
        open(LEDGER);
        open(ORPHANS);
        ended(CLICKS, EPOCH + 1);

        assertThat(toAbort())
                .extracting(AbortTransactionSpec::topicPartition)
                .containsExactlyInAnyOrder(LEDGER, ORPHANS);
        assertThat(HangingTransactions.endedIn(toAbort(), states)).containsExactly(CLICKS);
    }
}
