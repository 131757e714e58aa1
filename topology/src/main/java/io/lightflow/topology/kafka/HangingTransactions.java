package io.lightflow.topology.kafka;

import io.lightflow.event.OutputTopic;
import io.lightflow.sink.SinkUnavailableException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeProducersResult.PartitionProducerState;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Transactions of a shard that the coordinator forgot before they ended in the shard's partitions. The coordinator of
 * Kafka 4.3.1 takes partitions without a leader for deleted, as when the only replica is stopped. It then completes the
 * transaction without them ({@code KRaftMetadataCache.getPartitionLeaderEndpoint}). The hanging records are neither in
 * the ledger nor visible to readers, but the next commit would commit them as well. Since they are sent again, they
 * would appear twice.
 */
final class HangingTransactions {
    private static final Logger LOG = LoggerFactory.getLogger(HangingTransactions.class);

    private HangingTransactions() {}

    /**
     * Aborts the hanging transactions of a shard. The shard's owner calls it after taking over the shard and before
     * reading the ledger: no transaction of the shard is open then.
     *
     * @throws SinkUnavailableException if Kafka is unavailable, or a transaction hangs that may have been committed
     *     elsewhere
     */
    static void abort(Admin admin, String group, int shard) {
        TopicPartition ledger = new TopicPartition(GroupTopics.ledger(group), shard);
        List<TopicPartition> partitions = new ArrayList<>(List.of(ledger));
        for (OutputTopic topic : OutputTopic.values()) {
            partitions.add(new TopicPartition(topic.of(group), shard));
        }
        try {
            Map<TopicPartition, PartitionProducerState> states =
                    admin.describeProducers(partitions).all().get();
            List<AbortTransactionSpec> hanging = toAbort(group, shard, states);
            if (hanging.isEmpty()) {
                return;
            }
            for (AbortTransactionSpec spec : hanging) {
                admin.abortTransaction(spec).all().get();
            }
            LOG.warn("Aborted transactions that the coordinator had forgotten: {}", describe(hanging));
            List<TopicPartition> ended = endedIn(hanging, states);
            if (!ended.isEmpty()) {
                LOG.error(
                        "The coordinator had ended these transactions in {}. If it committed them there, their events"
                                + " are emitted again: certify the present hours",
                        ended);
            }
        } catch (ExecutionException e) {
            throw new SinkUnavailableException(
                    "looking for hanging transactions of shard " + shard + " failed: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SinkUnavailableException("interrupted while looking for hanging transactions", e);
        }
    }

    /**
     * The transactions that hang, all of which can be aborted.
     *
     * @throws SinkUnavailableException if none of them hangs in the ledger, so that they may have been committed there
     */
    static List<AbortTransactionSpec> toAbort(
            String group, int shard, Map<TopicPartition, PartitionProducerState> states) {
        TopicPartition ledger = new TopicPartition(GroupTopics.ledger(group), shard);
        List<AbortTransactionSpec> hanging = hanging(states);
        if (hanging.isEmpty()) {
            return hanging;
        }
        if (hanging.stream().noneMatch(spec -> spec.topicPartition().equals(ledger))) {
            throw new SinkUnavailableException(
                    "transactions hang in the output of shard " + shard + " of group " + group
                            + " but not in its ledger, so they may have been committed: " + describe(hanging)
                            + ". Compare the ends of these partitions with the ledger, then end them with Kafka's"
                            + " kafka-transactions.sh abort",
                    null);
        }
        return hanging;
    }

    /**
     * The partitions in which a hanging transaction has ended: committed or aborted, which the broker does not tell.
     * Kafka raises the producer's epoch with each transaction, and the marker of its end has the raised one. Brokers
     * before 4.0 do not, so nothing is found there.
     */
    static List<TopicPartition> endedIn(
            List<AbortTransactionSpec> hanging, Map<TopicPartition, PartitionProducerState> states) {
        return states.entrySet().stream()
                .filter(state -> state.getValue().activeProducers().stream()
                        .anyMatch(producer -> hanging.stream().anyMatch(transaction -> isEndOf(transaction, producer))))
                .map(Map.Entry::getKey)
                .sorted(Comparator.comparing(TopicPartition::topic))
                .toList();
    }

    private static boolean isEndOf(AbortTransactionSpec transaction, ProducerState producer) {
        return producer.producerId() == transaction.producerId()
                && producer.producerEpoch() == transaction.producerEpoch() + 1
                && producer.currentTransactionStartOffset().isEmpty();
    }

    private static List<AbortTransactionSpec> hanging(Map<TopicPartition, PartitionProducerState> states) {
        List<AbortTransactionSpec> hanging = new ArrayList<>();
        states.forEach((partition, state) -> {
            for (ProducerState producer : state.activeProducers()) {
                if (producer.currentTransactionStartOffset().isPresent()) {
                    hanging.add(new AbortTransactionSpec(
                            partition,
                            producer.producerId(),
                            (short) producer.producerEpoch(),
                            Math.max(0, producer.coordinatorEpoch().orElse(0))));
                }
            }
        });
        return hanging;
    }

    private static String describe(List<AbortTransactionSpec> hanging) {
        return hanging.stream()
                .map(spec -> spec.topicPartition() + " (producer " + spec.producerId() + ", epoch "
                        + spec.producerEpoch() + ")")
                .collect(Collectors.joining(", "));
    }
}
