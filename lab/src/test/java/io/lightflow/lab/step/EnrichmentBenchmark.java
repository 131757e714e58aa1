package io.lightflow.lab.step;

import io.lightflow.enrichment.Enrichment;
import io.lightflow.enrichment.EventEnricher;
import io.lightflow.event.BodyEncoder;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.event.LightEvent;
import io.lightflow.event.Origin;
import io.lightflow.topology.enrichment.EnrichmentData;
import io.lightflow.topology.enrichment.MmdbWriter;
import io.lightflow.topology.settings.EnrichmentSection;
import io.lightflow.topology.settings.EnrichmentSection.UserAgents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.commons.io.file.PathUtils;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * The cost of enrichment in the step, per impression: 16,384 addresses and 5,000 user agents, all of which fit the
 * caches. {@link #unknownAgent} reads user agents that the cache does not know.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class EnrichmentBenchmark {
    private static final int EVENTS = 1 << 14;
    private static final int NEW_AGENTS = 64;
    private static final int AGENTS = 5_000;
    private static final String AGENT =
            "Mozilla/5.0 (Linux; Android %d; Pixel %d) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.%d.0 Mobile"
                    + " Safari/537.36";

    /** The parts that are switched on. */
    public enum Data {
        NONE,
        PLACES,
        USER_AGENTS,
        BOTH
    }

    @Param({"NONE", "PLACES", "USER_AGENTS", "BOTH"})
    private Data data;

    private Path folder;
    private EventEnricher enricher;
    private final List<LightEvent> events = new ArrayList<>(EVENTS);
    private int newAgents = AGENTS;

    @Setup
    public void open() throws IOException {
        folder = Files.createTempDirectory("enrichment-benchmark");
        MmdbWriter file = new MmdbWriter(1_790_000_000L);
        for (int net = 0; net < 256; net++) {
            file.add(
                    "10." + net + ".0.0/16",
                    Map.of(
                            "country",
                            Map.of("iso_code", "DE"),
                            "subdivisions",
                            List.of(Map.of("iso_code", "R" + net))));
        }
        Path places = file.writeTo(folder.resolve("places.mmdb"));
        boolean hasPlaces = data == Data.PLACES || data == Data.BOTH;
        boolean hasAgents = data == Data.USER_AGENTS || data == Data.BOTH;
        Enrichment enrichment = EnrichmentData.open(new EnrichmentSection(
                hasPlaces ? places : null,
                hasAgents ? UserAgents.READ : UserAgents.IGNORED,
                EnrichmentSection.Campaigns.IGNORED));
        enricher = new EventEnricher(enrichment);
        Random random = new Random(1);
        for (int i = 0; i < EVENTS; i++) {
            events.add(event(agent(i % AGENTS), "10." + random.nextInt(256) + "." + random.nextInt(256) + ".7"));
        }
        if (hasAgents) {
            // So that the warm-up need not read them.
            events.forEach(enricher::body);
        }
    }

    private static String agent(int number) {
        return AGENT.formatted(10 + number % 5, number % 10, 100 + number % 40, number);
    }

    private static LightEvent event(String userAgent, String ip) {
        byte[] body = new BodyEncoder()
                .encode(Impression.newBuilder()
                        .setId("impression-1")
                        .setTime(1)
                        .setAdvertiserId("advertiser-1")
                        .setCampaignId("campaign-1")
                        .setCreativeId("creative-1")
                        .setPriceMicros(1)
                        .setCurrency("EUR")
                        .setExchange("exchange-1")
                        .setPublisher("site-1.example")
                        .setPlacement("slot-1")
                        .setUserAgent(userAgent)
                        .setIp(ip)
                        .build());
        return LightEvent.of(EventType.IMPRESSION, "cookie", new Origin(1, 1), 1, body);
    }

    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public void known(Blackhole blackhole) {
        for (LightEvent event : events) {
            blackhole.consume(enricher.body(event));
        }
    }

    @Benchmark
    @OperationsPerInvocation(NEW_AGENTS)
    public void unknownAgent(Blackhole blackhole) {
        for (int i = 0; i < NEW_AGENTS; i++) {
            blackhole.consume(enricher.body(event(agent(newAgents++), "10.0.0.7")));
        }
    }

    @TearDown
    public void close() throws IOException {
        PathUtils.deleteDirectory(folder);
    }
}
