package io.lightflow.deploy.local;

import io.lightflow.deploy.embedded.EmbeddedPostgresServer;
import io.lightflow.registry.client.RegistryClientSettings;
import io.lightflow.registry.client.SchemaRegistryClient;
import io.lightflow.topology.CommandErrors;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code deploy/local/registry-load}: how long a look-up by id takes at a rate. */
@Command(
        name = "deploy/local/registry-load",
        description = "Look schemas up by id at a steady rate, and report how long that takes.",
        footer = {"", "Exits with 0 if the rate was held and 99%% took less than --p99, and with 1 if not."})
public final class RegistryLoadCommand implements Callable<Integer> {
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double LEAST_SHARE_OF_RATE = 0.99;

    @Option(
            names = "--url",
            description = "A running registry. Without it, one is started in this process, on an empty PostgreSQL.")
    private URI url;

    @Option(names = "--rate", defaultValue = "5000", description = "Look-ups per second. Default: ${DEFAULT-VALUE}.")
    private int rate;

    @Option(names = "--seconds", defaultValue = "20", description = "How long to measure. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(
            names = "--schemas",
            defaultValue = "1000",
            description = "How many schemas are registered and looked up. Default: ${DEFAULT-VALUE}.")
    private int schemas;

    @Option(names = "--connections", defaultValue = "16", description = "Default: ${DEFAULT-VALUE}.")
    private int connections;

    @Option(
            names = "--p99",
            paramLabel = "MILLIS",
            defaultValue = "10",
            description = "What 99%% must not exceed. Default: ${DEFAULT-VALUE} ms.")
    private double limitMillis;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    @Override
    public Integer call() throws Exception {
        if (url != null) {
            return measure(url);
        }
        try (EmbeddedPostgresServer postgres = new EmbeddedPostgresServer(Folders.fresh("registry-load"))) {
            postgres.start();
            try (LocalRegistry registry = new LocalRegistry(postgres.jdbcUrl())) {
                registry.start();
                return measure(registry.url());
            }
        }
    }

    private int measure(URI registry) throws Exception {
        int[] ids = register(registry);
        run(registry, ids, Math.max(1, seconds / 4)); // what the compiler needs is not what users see
        long begin = System.nanoTime();
        long[] nanos = run(registry, ids, seconds);
        double perSecond = nanos.length / ((System.nanoTime() - begin) / NANOS_PER_SECOND);
        Arrays.sort(nanos);
        double p99 = millis(nanos, 0.99);
        System.out.printf(
                "%d look-ups of %d schemas, %.0f/s: p50 %.2f ms, p95 %.2f ms, p99 %.2f ms, p99.9 %.2f ms, longest"
                        + " %.2f ms%n",
                nanos.length,
                ids.length,
                perSecond,
                millis(nanos, 0.5),
                millis(nanos, 0.95),
                p99,
                millis(nanos, 0.999),
                millis(nanos, 1));
        boolean held = perSecond >= LEAST_SHARE_OF_RATE * rate;
        if (!held) {
            System.out.println("The rate of " + rate + "/s was not held");
        }
        return held && p99 < limitMillis ? 0 : 1;
    }

    private int[] register(URI registry) {
        SchemaRegistryClient client = new SchemaRegistryClient(RegistryClientSettings.of(registry));
        int[] ids = new int[schemas];
        for (int i = 0; i < schemas; i++) {
            SchemaBuilder.FieldAssembler<Schema> fields =
                    SchemaBuilder.record("load.Event" + i).fields();
            for (int field = 0; field < 20; field++) {
                fields.optionalString("field" + field);
            }
            ids[i] = client.register("load-" + i, fields.endRecord());
        }
        return ids;
    }

    /** @return the nanoseconds of each look-up, from when it was due: waiting for an earlier one counts */
    private long[] run(URI registry, int[] ids, int runSeconds) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(connections);
        try {
            long begin = System.nanoTime();
            List<Future<long[]>> parts = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                int index = i;
                parts.add(threads.submit(() -> lookUp(registry, ids, index, begin, runSeconds)));
            }
            List<long[]> nanos = new ArrayList<>();
            for (Future<long[]> part : parts) {
                nanos.add(part.get());
            }
            return nanos.stream().flatMapToLong(Arrays::stream).toArray();
        } finally {
            threads.shutdownNow();
        }
    }

    private long[] lookUp(URI registry, int[] ids, int index, long begin, int runSeconds) throws Exception {
        long[] nanos = new long[rate * runSeconds / connections];
        double pause = NANOS_PER_SECOND * connections / rate;
        double offset = pause * index / connections;
        try (LookupConnection connection = new LookupConnection(registry)) {
            for (int i = 0; i < nanos.length; i++) {
                long due = begin + (long) (offset + i * pause);
                for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                    LockSupport.parkNanos(wait);
                }
                connection.lookUp(ids[(index + i * connections) % ids.length]);
                nanos[i] = System.nanoTime() - due;
            }
        }
        return nanos;
    }

    private static double millis(long[] sorted, double share) {
        int index = (int) Math.ceil(share * sorted.length) - 1;
        return sorted[Math.max(0, index)] / NANOS_PER_MILLI;
    }

    public static void main(String[] arguments) {
        System.exit(CommandErrors.inWords(new CommandLine(new RegistryLoadCommand()))
                .execute(arguments));
    }
}
