package io.lightflow.topology.trident;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.event.BeaconMark;
import io.lightflow.event.Block;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BlockPart;
import io.lightflow.event.EventType;
import io.lightflow.event.Origin;
import io.lightflow.event.Rejection;
import io.lightflow.invariant.SampleEvent;
import io.lightflow.statistics.Dimension;
import io.lightflow.statistics.StatisticsFact;
import io.lightflow.statistics.StatisticsKey;
import io.lightflow.statistics.UncountedEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.storm.Config;
import org.apache.storm.serialization.KryoValuesDeserializer;
import org.apache.storm.serialization.KryoValuesSerializer;
import org.apache.storm.utils.Utils;
import org.junit.jupiter.api.Test;

/** Blocks come out on another worker as they went in. */
class BlocksSerializerTest {
    private static final long TIME = 1_370_448_000_000L;
    private static final StatisticsKey ROW = StatisticsKey.of(TIME)
            .with(Dimension.CAMPAIGN, "campaign")
            .with(Dimension.ADVERTISER, "advertiser")
            .with(Dimension.EXCHANGE, "exchange")
            .with(Dimension.PUBLISHER, "pub\u0000lisher")
            .with(Dimension.COUNTRY, "国")
            .with(Dimension.REGION, "省")
            .with(Dimension.DEVICE, "phone")
            .with(Dimension.DATA_CENTER, "us-east")
            .with(Dimension.CURRENCY, "CNY");

    private static Blocks carry(Blocks blocks) {
        Map<String, Object> config = Utils.readDefaultConfig();
        Config ours = new Config();
        ours.registerSerialization(Blocks.class, BlocksSerializer.class);
        config.putAll(ours);
        byte[] bytes = new KryoValuesSerializer(config).serialize(List.of(blocks));
        return (Blocks) new KryoValuesDeserializer(config).deserialize(bytes).get(0);
    }

    private static Block block(int shard, BlockEntry... entries) {
        return new Block(
                shard,
                List.of(
                        new BlockPart("us.clicks", EventType.CLICK, -7, 0, 0, true, List.of()),
                        new BlockPart(
                                "us.tags", EventType.TAG, Integer.MAX_VALUE, 5, 1L << 40, false, List.of(entries))),
                TIME);
    }

    @Test
    void everyKindOfEntryComesOutAsItWentIn() {
        Origin origin = new Origin(Integer.MIN_VALUE, (1L << 40) - 1);
        Blocks light = new Blocks(
                "dataflow",
                List.of(
                        block(
                                4_095,
                                SampleEvent.impression("cookie", "i", TIME, "acme")
                                        .at(origin),
                                SampleEvent.click("ключ 😀", "c", TIME, "acme", "i")
                                        .at(origin),
                                SampleEvent.conversion("k", "v", -1, "acme", null, null)
                                        .at(origin),
                                SampleEvent.tag("k", "t", TIME, "acme").at(origin)),
                        block(0, new BeaconMark(7, -TIME), new BeaconMark(8, Long.MAX_VALUE)),
                        block(2)));
        Blocks joined = new Blocks(
                "stats-counter",
                List.of(
                        block(
                                1,
                                new StatisticsFact(9, EventType.CLICK, TIME, ROW, true, -3, Long.MAX_VALUE),
                                new UncountedEvent(10, EventType.CONVERSION, TIME)),
                        block(2)));

        assertThat(carry(light))
                .usingRecursiveComparison()
                .ignoringFields("end")
                .isEqualTo(light);
        assertThat(carry(joined))
                .usingRecursiveComparison()
                .ignoringFields("end")
                .isEqualTo(joined);
    }

    @Test
    void aSpoutDoesNotWaitForTheEndOfBlocksThatGoToAnotherWorker() throws Exception {
        Blocks blocks = new Blocks("dataflow", List.of(block(0)));
        assertThat(blocks.end().await(Duration.ZERO)).isFalse();

        carry(blocks);

        assertThat(blocks.end().await(Duration.ZERO)).isTrue();
    }

    @Test
    void aRejectedRecordKeepsItsBytesAndWhetherItHadAny() {
        Rejection none = new Rejection(0, null, null, "it has no value", TIME);
        Rejection empty = new Rejection(1, new byte[0], new byte[0], "", -1);
        Rejection some = new Rejection(1L << 33, new byte[] {0, -1}, new byte[100_000], "reason\n№", TIME);

        List<BlockEntry> carried = carry(new Blocks("dataflow", List.of(block(0, none, empty, some))))
                .blocks()
                .get(0)
                .parts()
                .get(1)
                .entries();

        assertThat(carried).usingRecursiveComparison().isEqualTo(List.of(none, empty, some));
    }

    @Test
    void anEntryThatTheTopologyDoesNotReadIsRefusedByName() {
        Blocks blocks = new Blocks("stats-counter", List.of(block(0, new BeaconMark(7, TIME))));

        assertThatThrownBy(() -> carry(blocks)).hasStackTraceContaining("BeaconMark");
    }

    @Test
    void aLargeBatchFits() {
        List<BlockEntry> entries = new ArrayList<>();
        for (int i = 0; i < 50_000; i++) {
            entries.add(SampleEvent.impression("cookie" + i, "i" + i, TIME + i, "acme")
                    .at(new Origin(1, i)));
        }
        Blocks blocks = new Blocks("dataflow", List.of(block(0, entries.toArray(BlockEntry[]::new))));

        assertThat(carry(blocks).blocks().get(0).size()).isEqualTo(50_000);
    }
}
