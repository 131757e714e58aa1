package io.lightflow.deploy.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.topology.kafka.ShardReader;
import io.lightflow.topology.kafka.TopicSetup;
import io.lightflow.topology.settings.PaceSection.Beacons;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** Topics that are missing, recreated or cut off. */
class ShardReaderTopicsTest extends ShardReaderFixture {
    ShardReaderTopicsTest(TestKafka kafka) {
        super(kafka);
    }

    @Test
    void topicsThatAreNotThereYetAreWaitedFor() {
        kafka.broker().createTopic("here", 1, Map.of());
        ShardReader reader = reader(10, Beacons.EXPECTED, 1, "here", "later");
        assertThat(reader.isReady()).isFalse();
        assertThat(reader.canSeek()).isFalse();

        kafka.broker().createTopic("later", 1, Map.of());
        now = now.plusSeconds(5);

        seekToStart(reader);
    }

    @Test
    void anotherNumberOfPartitionsIsAnErrorThatTellsBoth() {
        kafka.broker().createTopic("three", 3, Map.of());

        assertThatThrownBy(reader(10, Beacons.EXPECTED, 2, "three")::isReady)
                .hasMessageContaining("topic three must have 2 partitions")
                .hasMessageContaining("found 3");
    }

    @Test
    void invariantB_aTopicThatWasMadeAgainIsReadFromItsBeginningUnderItsNewIncarnation() throws Exception {
        kafka.broker().createTopic("again", 1, Map.of());
        kafka.produce("again", 0, numbers(0, 50));
        int former = incarnation("again");
        ShardReader reader = reader(100, Beacons.EXPECTED, 1, "again");
        seekToStart(reader);
        pollUntil(reader, "again-0", 50);

        kafka.admin().deleteTopics(List.of("again")).all().get();
        TestKafka.await("the topic is gone", () -> TopicSetup.describe(kafka.admin(), List.of("again"))
                .isEmpty());
        now = now.plusSeconds(5);
        assertThat(reader.isReady()).isFalse();
        kafka.broker().createTopic("again", 1, Map.of());
        kafka.produce("again", 0, numbers(100, 103));
        now = now.plusSeconds(5);
        assertThat(reader.isReady()).isFalse();
        reader.seek(Map.of(0, at("again", former, 50)));
        ends.clear();
        pollUntil(reader, "again-0", 3);

        assertThat(incarnation("again")).isNotEqualTo(former);
        assertThat(times.get("again-0")).endsWith(100L, 101L, 102L).hasSize(53);
    }

    @Test
    void invariantB_aTopicThatWasMadeAgainAndFilledFurtherThanItWasReadIsNotGoneOnWith() throws Exception {
        kafka.broker().createTopic("refilled", 1, Map.of());
        kafka.produce("refilled", 0, numbers(0, 10));
        int former = incarnation("refilled");
        ShardReader reader = reader(100, Beacons.EXPECTED, 1, "refilled");
        seekToStart(reader);
        pollUntil(reader, "refilled-0", 10);

        kafka.admin().deleteTopics(List.of("refilled")).all().get();
        TestKafka.await("the topic is gone", () -> TopicSetup.describe(kafka.admin(), List.of("refilled"))
                .isEmpty());
        kafka.broker().createTopic("refilled", 1, Map.of());
        kafka.produce("refilled", 0, numbers(100, 130));
        TestKafka.await("it is noticed, although no time has passed", () -> {
            assertThat(reader.poll()).isEmpty();
            return !reader.isReady();
        });
        reader.seek(Map.of(0, at("refilled", former, 10)));
        ends.clear();
        pollUntil(reader, "refilled-0", 30);

        assertThat(times.get("refilled-0"))
                .endsWith(longs(100, 130).toArray(Long[]::new))
                .hasSize(40);
    }

    @Test
    void invariantB_aBlockBeginsAboveTheLedgerIfRecordsWereDeletedBeforeTheyWereRead() throws Exception {
        kafka.broker().createTopic("gap", 2, Map.of());
        kafka.produce("gap", 0, numbers(0, 50));
        kafka.produce("gap", 1, numbers(0, 50));
        kafka.admin()
                .deleteRecords(Map.of(new TopicPartition("gap", 0), RecordsToDelete.beforeOffset(20)))
                .all()
                .get();
        ShardReader reader = reader(1_000, Beacons.EXPECTED, 2, "gap");
        seekToStart(reader);
        reader.seek(Map.of(0, at("gap", incarnation("gap"), 10), 1, at("gap", incarnation("gap"), 10)));

        TestKafka.await("both are read", () -> {
            poll(reader);
            return ends.getOrDefault("gap-0", 0L) == 50 && ends.getOrDefault("gap-1", 0L) == 50;
        });

        assertThat(times.get("gap-0")).isEqualTo(longs(20, 50));
        assertThat(times.get("gap-1")).isEqualTo(longs(10, 50));
    }

    @Test
    void invariantI_aTopicWhoseEndWasCutOffIsAnErrorSinceWhatComesInItsPlaceWouldBeSkipped() throws Exception {
        kafka.broker().createTopic("cut", 1, Map.of());
        kafka.produce("cut", 0, numbers(0, 10));
        ShardReader reader = reader(100, Beacons.EXPECTED, 1, "cut");
        seekToStart(reader);
        reader.seek(Map.of(0, at("cut", incarnation("cut"), 30)));

        TestKafka.await("it is noticed", () -> {
            assertThat(recordsIn(poll(reader))).isZero();
            return !reader.truncated().isEmpty();
        });
        assertThat(reader.truncated().get(0))
                .contains("cut-0 has been read up to offset 30, but its log was cut off at offset 10");
        // The spout seeks then, and the shard stays stopped.
        assertThat(reader.isReady()).isFalse();
        reader.seek(Map.of(0, at("cut", incarnation("cut"), 30)));
        assertThat(poll(reader)).isEmpty();
    }
}
