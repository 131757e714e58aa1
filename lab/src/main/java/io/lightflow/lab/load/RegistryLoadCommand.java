package io.lightflow.lab.load;

import io.lightflow.deploy.embedded.EmbeddedPostgresServer;
import io.lightflow.deploy.local.DataDirectories;
import io.lightflow.deploy.local.LocalRegistry;
import io.lightflow.registry.client.RegistryClientSettings;
import io.lightflow.registry.client.SchemaRegistryClient;
import io.lightflow.topology.operator.CommandErrors;
import java.net.URI;
import java.util.concurrent.Callable;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lab/registry-load}: measures the latency of look-ups by id at a constant rate. */
@Command(
        name = "lab/registry-load",
        description = "Look up schemas by id at a constant rate, and report the latencies.",
        footer = {"", "Exit status: 0 if the rate was reached and the 99th percentile is below --p99, otherwise 1."})
public final class RegistryLoadCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private final LoadOptions options = new LoadOptions(5_000, 16);

    @Option(
            names = "--url",
            description =
                    "A running registry. Without it, the command starts one in this process on an empty PostgreSQL.")
    private URI url;

    @Option(
            names = "--schemas",
            defaultValue = "1000",
            description = "Number of schemas to register and look up. Default: ${DEFAULT-VALUE}.")
    private int schemas;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    @Override
    public Integer call() throws Exception {
        options.check();
        if (schemas < 1) {
            throw new ParameterException(spec.commandLine(), "--schemas must be at least 1, but is " + schemas);
        }
        if (url != null) {
            return measure(url);
        }
        try (EmbeddedPostgresServer postgres = new EmbeddedPostgresServer(DataDirectories.fresh("registry-load"))) {
            postgres.start();
            try (LocalRegistry registry = new LocalRegistry(postgres.jdbcUrl())) {
                registry.start();
                return measure(registry.url());
            }
        }
    }

    private int measure(URI registry) throws Exception {
        int[] ids = register(registry);
        LoadSchedule.Run<Void> run =
                options.load(() -> new LookupConnection(registry, ids)).run();
        options.report("look-ups of " + ids.length + " schemas", run);
        return options.exitCode(run);
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

    public static void main(String[] arguments) {
        System.exit(CommandErrors.installOn(new CommandLine(new RegistryLoadCommand()))
                .execute(arguments));
    }
}
