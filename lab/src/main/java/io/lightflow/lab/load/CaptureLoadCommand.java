package io.lightflow.lab.load;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lightflow.deploy.embedded.EmbeddedKafka;
import io.lightflow.deploy.local.DataDirectories;
import io.lightflow.deploy.local.OrderlyExit;
import io.lightflow.event.EventType;
import io.lightflow.producer.link.LinkKind;
import io.lightflow.topology.operator.CommandErrors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lab/capture-load}: measures a capture server at a constant rate, and looks for lost events. */
@Command(
        name = "lab/capture-load",
        description = "Send 90%% pixels, 9%% clicks and 1%% postbacks at a constant rate, and report latency and CPU.",
        footer = {
            "",
            "Server, Kafka and load share the machine. Exit status: 0 if the rate was reached, the 99th percentile is"
                    + " below --p99, and no answered event is lost; otherwise 1."
        })
public final class CaptureLoadCommand implements Callable<Integer> {
    private static final Duration DELIVERY_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final double NANOS_PER_MICRO = 1e3;

    @Mixin
    private final LoadOptions options = new LoadOptions(20_000, 128);

    @Option(
            names = "--server",
            defaultValue = "CAPTURE",
            description = "${COMPLETION-CANDIDATES}: the capture server with a spool, or a plain servlet that waits for"
                    + " KafkaProducer. Default: ${DEFAULT-VALUE}.")
    private CaptureLoadServer.Kind server;

    @Option(
            names = "--java-options",
            paramLabel = "OPTIONS",
            defaultValue = CaptureLoadServer.JAVA_OPTIONS,
            description = "Options of the server's JVM, separated by spaces. Default: those of lightflow capture,"
                    + " ${DEFAULT-VALUE}.")
    private String javaOptions;

    @Option(names = "--report", paramLabel = "FILE", description = "Write the figures as JSON.")
    private Path report;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    @Override
    public Integer call() throws Exception {
        options.check();
        return new OrderlyExit().run(this::measure);
    }

    private int measure() throws Exception {
        Path folder = DataDirectories.fresh("capture-load");
        try (EmbeddedKafka kafka = new EmbeddedKafka(folder.resolve("kafka"))) {
            kafka.start();
            for (EventType type : EventType.values()) {
                kafka.createTopic(type.plural(), CaptureLoadServer.PARTITIONS, Map.of());
            }
            try (CaptureLoadServer running =
                    new CaptureLoadServer(server, folder, kafka.bootstrapServers(), List.of(javaOptions.split(" ")))) {
                running.start();
                return measure(running, kafka.bootstrapServers());
            }
        }
    }

    private int measure(CaptureLoadServer running, String bootstrapServers) throws Exception {
        try (CaptureLoad load = new CaptureLoad(options.schedule(), options.connections(), running.url())) {
            AtomicReference<Optional<Duration>> before = new AtomicReference<>(Optional.empty());
            LoadSchedule.Run<LinkKind> run = load.run(() -> before.set(running.cpu()));
            long requests = run.all().getTotalCount();
            double cpuMicros = running.cpu()
                    .flatMap(after -> before.get().map(after::minus))
                    .map(cpu -> micros(cpu, requests))
                    .orElse(Double.NaN);
            double loadCpuMicros = micros(load.cpu(), requests);
            int lost = lost(load.answered(), bootstrapServers);
            options.report("requests to " + server.name().toLowerCase(Locale.ROOT), run);
            System.out.printf(
                    "%.1f us of the server's CPU per request, %.1f us of the load's; %d answered events lost%n",
                    cpuMicros, loadCpuMicros, lost);
            if (report != null) {
                write(run, cpuMicros, loadCpuMicros, lost);
            }
            return lost == 0 ? options.exitCode(run) : 1;
        }
    }

    private static double micros(Duration cpu, long requests) {
        return cpu.toNanos() / NANOS_PER_MICRO / requests;
    }

    private void write(LoadSchedule.Run<LinkKind> run, double cpuMicros, double loadCpuMicros, int lost)
            throws IOException {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("server", server.name().toLowerCase(Locale.ROOT));
        figures.put("requestsPerSecond", run.perSecond());
        figures.put("p50Ms", LoadSchedule.millis(run.all(), 50));
        figures.put("p99Ms", LoadSchedule.millis(run.all(), 99));
        figures.put("cpuMicrosPerRequest", cpuMicros);
        figures.put("loadCpuMicrosPerRequest", loadCpuMicros);
        figures.put("lost", lost);
        Files.write(report, new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(figures));
    }

    /** How many answered requests have no event in Kafka, some time after the last answer. */
    private static int lost(BitSet answered, String bootstrapServers) {
        BitSet missing = (BitSet) answered.clone();
        long deadline = System.nanoTime() + DELIVERY_TIMEOUT.toNanos();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = new ArrayList<>();
            for (EventType type : EventType.values()) {
                for (int partition = 0; partition < CaptureLoadServer.PARTITIONS; partition++) {
                    partitions.add(new TopicPartition(type.plural(), partition));
                }
            }
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (!missing.isEmpty() && System.nanoTime() - deadline < 0) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    int number = CaptureLoadRequests.number(record.key());
                    if (number >= 0) {
                        missing.clear(number);
                    }
                }
            }
        }
        return missing.cardinality();
    }

    public static void main(String[] arguments) {
        System.exit(CommandErrors.installOn(new CommandLine(new CaptureLoadCommand()))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments));
    }
}
