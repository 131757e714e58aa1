package io.lightflow.deploy.local;

import io.lightflow.deploy.embedded.EmbeddedPostgresServer;
import io.lightflow.deploy.embedded.EmbeddedPostgresSettings;
import io.lightflow.deploy.embedded.EmbeddedPostgresSettings.AtJvmExit;
import io.lightflow.registry.server.RegistryServerSettings;
import io.lightflow.registry.server.SchemaRegistryServer;
import io.lightflow.topology.operator.CommandErrors;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code deploy/local/registry}: a standalone schema registry. */
@Command(
        name = "deploy/local/registry",
        description = "Run a standalone schema registry on 127.0.0.1 until Ctrl-C.",
        footer = {"", "With --jdbc, the environment variable LIGHTFLOW_REGISTRY_PASSWORD contains the password."})
public final class RegistryCommand implements Callable<Integer> {
    private static final String PASSWORD_VARIABLE = "LIGHTFLOW_REGISTRY_PASSWORD";

    @Spec
    private CommandSpec spec;

    @Option(names = "--port", defaultValue = "8081", description = "Port to listen on. Default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "Store the schemas in this directory, in a separate PostgreSQL. Default: deploy/target/registry.")
    private Path data;

    @Option(
            names = "--jdbc",
            paramLabel = "URL",
            description = "Store the schemas in this database, such as jdbc:postgresql://host:5432/lightflow.")
    private String jdbcUrl;

    @Option(names = "--user", description = "With --jdbc: the database user.")
    private String user;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    private volatile EmbeddedPostgresServer postgres;
    private volatile SchemaRegistryServer registry;

    @Override
    public Integer call() throws InterruptedException {
        if (jdbcUrl != null && data != null) {
            throw new ParameterException(spec.commandLine(), "--jdbc and --data exclude each other");
        }
        if ((jdbcUrl == null) != (user == null)) {
            throw new ParameterException(spec.commandLine(), "--jdbc and --user require each other");
        }
        long begin = System.nanoTime();
        // The hook comes first: PostgreSQL is a separate process, and would outlive this one.
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "stop-registry"));
        if (jdbcUrl == null) {
            start(new EmbeddedPostgresServer(new EmbeddedPostgresSettings(
                    folder(), DataDirectories.named("postgresql"), 0, Map.of(), AtJvmExit.LEAVE_TO_CALLER)));
        }
        SchemaRegistryServer server = new SchemaRegistryServer(settings());
        registry = server;
        server.start();
        System.out.printf(
                "The schema registry listens at %s after %.1f s; its page is %s/ui%n",
                server.url(), (System.nanoTime() - begin) / 1e9, server.url());
        System.out.println("Schemas are stored in " + (postgres == null ? "the database of --jdbc" : folder()));
        new CountDownLatch(1).await();
        return 0;
    }

    private void start(EmbeddedPostgresServer server) {
        postgres = server;
        server.start();
    }

    private Path folder() {
        return data == null ? DataDirectories.named("registry") : data.toAbsolutePath();
    }

    private RegistryServerSettings settings() {
        if (postgres != null) {
            return RegistryServerSettings.of(port, postgres.jdbcUrl(), EmbeddedPostgresServer.USER, "");
        }
        return RegistryServerSettings.of(port, jdbcUrl, user, System.getenv(PASSWORD_VARIABLE));
    }

    /** Stops the registry first, because it uses PostgreSQL. */
    private void stop() {
        if (registry != null) {
            registry.close();
        }
        if (postgres != null) {
            postgres.close();
        }
    }

    public static void main(String[] arguments) {
        System.exit(
                CommandErrors.installOn(new CommandLine(new RegistryCommand())).execute(arguments));
    }
}
