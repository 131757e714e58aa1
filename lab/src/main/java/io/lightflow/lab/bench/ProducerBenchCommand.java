package io.lightflow.lab.bench;

import io.lightflow.deploy.local.DataDirectories;
import io.lightflow.deploy.local.ForkedKafka;
import io.lightflow.event.EventType;
import io.lightflow.lab.measure.ProcessUsage;
import io.lightflow.producer.BeaconPolicy;
import io.lightflow.producer.LightEvents;
import io.lightflow.producer.LightEventsSettings;
import io.lightflow.producer.UnavailablePolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.NewTopic;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lab/producer-bench}: measures the cost of an impression for the ad server. */
@Command(
        name = "producer-bench",
        mixinStandardHelpOptions = true,
        description = {
            "Send impressions from one thread to a local broker (a process of its own), pinned to one core with all of"
                    + " this process: the threads of the producer, the compiler and the garbage collector.",
            "Compares a plain KafkaProducer with Avro's GenericDatumWriter, which checks nothing, and the producer"
                    + " library with its policies BLOCK and SPOOL. All use the same settings of Kafka's client."
        })
public final class ProducerBenchCommand implements Callable<Integer> {
    private static final int PARTITIONS = 8;
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @Option(
            names = "--events",
            defaultValue = "1000000",
            description = "Events in each run. Default: ${DEFAULT-VALUE}.")
    private int events;

    @Option(
            names = "--warm-up",
            defaultValue = "500000",
            description = "Unmeasured events before each run. Default: ${DEFAULT-VALUE}.")
    private int warmUp;

    @Option(
            names = "--core",
            defaultValue = "0",
            description = "The core to pin this process to. Default: ${DEFAULT-VALUE}.")
    private int core;

    @Override
    public Integer call() throws Exception {
        Path folder = DataDirectories.fresh("producer-bench");
        ForkedKafka kafka = new ForkedKafka(folder.resolve("kafka"), 512);
        try {
            kafka.start();
            kafka.createTopics(Arrays.stream(EventType.values())
                    .map(type -> new NewTopic(type.plural(), Optional.of(PARTITIONS), Optional.<Short>empty()))
                    .toList());
            pin();
            System.out.printf(
                    "%-28s %12s %14s %14s %16s%n", "", "events/s", "CPU us/event", "broker us", "bytes/event");
            LightEventsSettings settings = LightEventsSettings.of("bench", kafka.bootstrapServers(), PARTITIONS)
                    .with(new UnavailablePolicy.Block(PATIENCE))
                    .with(BeaconPolicy.NONE);
            try (PlainProducer plain = new PlainProducer(settings)) {
                measure("plain KafkaProducer", kafka, plain);
            }
            try (LightEvents block = LightEvents.open(settings)) {
                measure("LightEvents, BLOCK", kafka, new LibrarySender(block));
            }
            try (LightEvents spool =
                    LightEvents.open(settings.with(UnavailablePolicy.Spool.in(folder.resolve("spool"))))) {
                measure("LightEvents, SPOOL", kafka, new LibrarySender(spool));
            }
        } finally {
            kafka.close();
        }
        return 0;
    }

    /** Sends impressions; used by one thread. */
    interface Sender {
        void send(long number);

        /** Waits until Kafka has them. */
        void flush();
    }

    private record LibrarySender(LightEvents events) implements Sender {
        private static final BenchImpressions IMPRESSIONS = new BenchImpressions();

        @Override
        public void send(long number) {
            String joinKey = IMPRESSIONS.joinKey(number);
            events.send(joinKey, IMPRESSIONS.next(number, events.newId(joinKey)));
        }

        @Override
        public void flush() {
            events.flush(PATIENCE);
        }
    }

    private void measure(String name, ForkedKafka kafka, Sender sender) {
        for (int i = 0; i < warmUp; i++) {
            sender.send(i);
        }
        sender.flush();
        double brokerBefore = ProcessUsage.of(kafka.processId()).cpuSeconds();
        double cpuBefore = ProcessUsage.alone(ProcessHandle.current().pid()).cpuSeconds();
        long allocatedBefore = allocatedBytes();
        long begin = System.nanoTime();
        for (int i = 0; i < events; i++) {
            sender.send(i);
        }
        long allocated = allocatedBytes() - allocatedBefore;
        sender.flush();
        double seconds = (System.nanoTime() - begin) / 1e9;
        double cpu = ProcessUsage.alone(ProcessHandle.current().pid()).cpuSeconds() - cpuBefore;
        double broker = ProcessUsage.of(kafka.processId()).cpuSeconds() - brokerBefore;
        System.out.printf(
                Locale.ROOT,
                "%-28s %,12.0f %14.2f %14.2f %16.0f%n",
                name,
                events / seconds,
                cpu * 1e6 / events,
                broker * 1e6 / events,
                allocated / (double) events);
    }

    /** Bytes allocated by the sending thread. */
    private static long allocatedBytes() {
        return ((com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean())
                .getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    /** Pins all existing threads; threads that they start inherit it. The broker keeps the other cores. */
    private void pin() throws InterruptedException {
        String pid = Long.toString(ProcessHandle.current().pid());
        try {
            Process taskset = new ProcessBuilder("taskset", "-a", "-c", "-p", Integer.toString(core), pid)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (taskset.waitFor(10, TimeUnit.SECONDS) && taskset.exitValue() == 0) {
                System.out.printf("This process is pinned to core %d; the broker is not pinned.%n", core);
                return;
            }
        } catch (IOException e) {
            System.out.println("No taskset found (" + e.getMessage() + ").");
        }
        System.out.println(
                "Not pinned to a core: events/s are those of all cores; CPU us/event shows the capacity of one.");
    }

    public static void main(String[] arguments) {
        int exitCode = new CommandLine(new ProducerBenchCommand()).execute(arguments);
        System.out.flush();
        System.exit(exitCode);
    }
}
