package io.lightflow.invariant;

import io.lightflow.attribution.LastClick;
import io.lightflow.event.Block;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BlockPart;
import io.lightflow.event.BodyEncoder;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.event.LightEventDecoder;
import io.lightflow.event.OutputEvent;
import io.lightflow.event.OutputTopic;
import io.lightflow.join.JoinSettings;
import io.lightflow.join.JoinStep;
import io.lightflow.join.StepResult;
import io.lightflow.position.Position;
import io.lightflow.statistics.JoinedEventDecoder;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsStep;
import io.lightflow.store.JoinStore;
import io.lightflow.store.MemoryJoinStore;
import io.lightflow.store.StoreAnswer;
import io.lightflow.store.StoreReader;
import io.lightflow.store.StoreWrite;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Measures the CPU time of each part of the work per event, in microseconds, for one shard's part of the traffic of
 * {@code lab/bench} (94% impressions of about 280 bytes, 5% clicks, 1% conversions, 0.1% twice, 37,500 cookies, 2
 * hours), in blocks of 6,000. Run {@link #main}; it prints each round, and the first rounds warm up.
 */
final class StepTiming {
    private static final int EVENTS = 262_500;
    private static final int COOKIES = 37_500;
    private static final int BLOCK = 6_000;
    private static final int ROUNDS = 6;
    private static final long T0 = JoinScenario.T0 + 20 * JoinScenario.HOUR;

    private final TestSchemas schemas = new TestSchemas();
    private long decodeNs;
    private long stepNs;
    private long readNs;
    private long writeNs;
    private long countNs;
    private long outputs;
    private long cells;
    private long reads;

    private record Wire(long time, EventType type, byte[] key, byte[] value) {}

    public static void main(String[] arguments) {
        StepTiming timing = new StepTiming();
        List<Wire> traffic = timing.traffic();
        for (int round = 1; round <= ROUNDS; round++) {
            System.out.println("round " + round + ": " + timing.round(traffic));
        }
    }

    private String round(List<Wire> traffic) {
        decodeNs = stepNs = readNs = writeNs = countNs = outputs = cells = reads = 0;
        LightEventDecoder decoder = new LightEventDecoder(schemas, Duration.ofDays(1));
        JoinStep step = new JoinStep(JoinSettings.defaults("us"), new LastClick(), schemas.ids(), schemas);
        JoinedEventDecoder joined = new JoinedEventDecoder(schemas);
        TimedStore store = new TimedStore();
        Position position = Position.START;
        Position counted = Position.START;
        Map<EventType, Long> next = new EnumMap<>(EventType.class);
        for (int from = 0; from < traffic.size(); from += BLOCK) {
            List<Wire> records = traffic.subList(from, Math.min(traffic.size(), from + BLOCK));
            long start = cpu();
            Block block = decode(decoder, records, next);
            long decoded = cpu();
            decodeNs += decoded - start;
            long readBefore = readNs;
            StepResult result = step.run(position, block, 1, store);
            stepNs += cpu() - decoded - (readNs - readBefore);
            store.write(List.of(result.write(0)));
            position = result.position();
            outputs += result.outputs().size();
            cells += result.cells().size() + result.events().size();
            long before = cpu();
            counted = count(joined, counted, result.outputs());
            countNs += cpu() - before;
        }
        return ("decode %s, step %s, store read %s (%s queries) and write %s (%s cells),"
                        + " decode and count %s us an event; %s")
                .formatted(
                        us(decodeNs), us(stepNs), us(readNs), reads, us(writeNs), cells, us(countNs), position.books());
    }

    private static String us(long ns) {
        long hundredths = ns / (EVENTS * 10L);
        return hundredths / 100 + "." + (hundredths % 100 < 10 ? "0" : "") + hundredths % 100;
    }

    private static long cpu() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static Block decode(LightEventDecoder decoder, List<Wire> records, Map<EventType, Long> next) {
        Map<EventType, List<BlockEntry>> entries = new EnumMap<>(EventType.class);
        Map<EventType, Long> from = new EnumMap<>(EventType.class);
        for (EventType type : EventType.values()) {
            entries.put(type, new ArrayList<>(BLOCK));
            from.put(type, next.getOrDefault(type, 0L));
        }
        for (Wire record : records) {
            long offset = next.merge(record.type(), 1L, Long::sum) - 1;
            entries.get(record.type())
                    .add(decoder.decode(
                            record.type(),
                            record.key(),
                            record.value(),
                            record.type().ordinal(),
                            offset,
                            record.time()));
        }
        List<BlockPart> parts = new ArrayList<>();
        for (EventType type : EventType.values()) {
            long start = from.get(type);
            List<BlockEntry> found = entries.get(type);
            boolean idle = type == EventType.TAG;
            parts.add(new BlockPart(
                    type.centralTopic("us"), type, type.ordinal(), start, start + found.size(), idle, found));
        }
        return new Block(0, parts, T0);
    }

    private Position count(JoinedEventDecoder decoder, Position position, List<OutputEvent> sent) {
        Map<OutputTopic, EventType> types = Map.of(
                OutputTopic.IMPRESSIONS,
                EventType.IMPRESSION,
                OutputTopic.CLICKS,
                EventType.CLICK,
                OutputTopic.CONVERSIONS,
                EventType.CONVERSION);
        List<BlockPart> parts = new ArrayList<>();
        types.forEach((topic, type) -> {
            long from = position.nextOffset(topic.name(), topic.ordinal());
            List<BlockEntry> entries = new ArrayList<>();
            for (OutputEvent output : sent) {
                if (output.topic() == topic) {
                    entries.add(decoder.decode(type, topic.name(), from + entries.size(), output.value()));
                }
            }
            parts.add(new BlockPart(topic.name(), type, topic.ordinal(), from, from + entries.size(), false, entries));
        });
        return StatisticsStep.run(position, new Block(0, parts, T0), 1, new Statistics());
    }

    private List<Wire> traffic() {
        Random random = new Random(1);
        BodyEncoder encoder = new BodyEncoder();
        List<SampleEvent> recent = new ArrayList<>();
        List<Wire> wires = new ArrayList<>();
        for (int i = 0; wires.size() < EVENTS; i++) {
            long time = T0 + 2L * 3_600_000 * i / EVENTS - random.nextInt(2_000);
            int kind = random.nextInt(100);
            SampleEvent sample;
            if (kind < 94 || recent.size() < 1_000) {
                sample = impression(random, i, time);
                recent.add(sample);
            } else {
                SampleEvent impression = recent.get(recent.size() - 1 - random.nextInt(1_000));
                String advertiser = ((Impression) impression.record()).getAdvertiserId();
                sample = kind < 99
                        ? SampleEvent.click(impression.joinKey(), "c" + i, time, advertiser, impression.id())
                        : SampleEvent.conversion(impression.joinKey(), "v" + i, time, advertiser, null, null);
            }
            byte[] value = encoder.encodeWithHeader(
                    sample.record(), schemas.id(sample.record().getSchema()));
            Wire wire = new Wire(time, sample.type(), sample.joinKey().getBytes(StandardCharsets.UTF_8), value);
            for (int copies = random.nextInt(1_000) == 0 ? 2 : 1; copies > 0; copies--) {
                wires.add(wire);
            }
        }
        wires.sort(Comparator.comparingLong(wire -> wire.time() + wire.value().length % 2_000));
        return wires;
    }

    private static SampleEvent impression(Random random, int i, long time) {
        return SampleEvent.of(
                "cookie-%032x".formatted(random.nextInt(COOKIES)),
                Impression.newBuilder()
                        .setId("impression-%020d".formatted(i))
                        .setTime(time)
                        .setAdvertiserId("advertiser-" + i % 40)
                        .setCampaignId("campaign-" + i % 200)
                        .setCreativeId("creative-" + i % 2_000)
                        .setPriceMicros(random.nextInt(10_000))
                        .setCurrency("USD")
                        .setExchange("exchange-" + i % 3)
                        .setPublisher("publisher-" + random.nextInt(500) + ".example.com")
                        .setPlacement("placement-" + random.nextInt(50))
                        .setCountry("US")
                        .setRegion("CA")
                        .setCity("San Francisco")
                        .setDevice("phone")
                        .setUserAgent("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/125.0 Mobile")
                        .setIp("203.0.113.0")
                        .build());
    }

    private final class TimedStore implements JoinStore {
        private final JoinStore store = new MemoryJoinStore();

        @Override
        public StoreReader reader(int shard) {
            StoreReader reader = store.reader(shard);
            return query -> {
                long start = cpu();
                StoreAnswer answer = reader.read(query);
                readNs += cpu() - start;
                reads += query.rows().size()
                        + query.events().size()
                        + query.days().size();
                return answer;
            };
        }

        @Override
        public void write(List<StoreWrite> writes) {
            long start = cpu();
            store.write(writes);
            writeNs += cpu() - start;
        }

        @Override
        public void close() {
            store.close();
        }
    }
}
