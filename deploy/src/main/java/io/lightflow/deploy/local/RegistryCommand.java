package io.lightflow.deploy.local;

import io.lightflow.deploy.embedded.EmbeddedPostgresServer;
import io.lightflow.deploy.embedded.PostgresSettings;
import io.lightflow.deploy.embedded.PostgresSettings.AtJvmExit;
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

/** {@code deploy/local/registry}: a schema registry alone. */
@Command(
        name = "deploy/local/registry",
        description = "Start a schema registry alone, on 127.0.0.1, until Ctrl-C.",
        footer = {"", "With --jdbc, the password is taken from the environment variable LIGHTFLOW_REGISTRY_PASSWORD."})
public final class RegistryCommand implements Callable<Integer> {
    private static final String PASSWORD_VARIABLE = "LIGHTFLOW_REGISTRY_PASSWORD";

    @Spec
    private CommandSpec spec;

    @Option(names = "--port", defaultValue = "8081", description = "Port to listen on. Default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Keep the schemas here, in a PostgreSQL of its own. Default: deploy/target/registry.")
    private Path data;

    @Option(
            names = "--jdbc",
            paramLabel = "URL",
            description = "Keep the schemas in this database, such as jdbc:postgresql://host:5432/lightflow.")
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
            throw new ParameterException(spec.commandLine(), "--jdbc and --user need each other");
        }
        long begin = System.nanoTime();
        // From the first moment on: PostgreSQL is a process of its own, and would outlive this one.
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "stop-registry"));
        if (jdbcUrl == null) {
            start(new EmbeddedPostgresServer(new PostgresSettings(
                    folder(), Folders.named("postgresql"), 0, Map.of(), AtJvmExit.LEAVE_TO_CALLER)));
        }
        SchemaRegistryServer server = new SchemaRegistryServer(settings());
        registry = server;
        server.start();
        System.out.printf(
                "The schema registry answers at %s after %.1f s; its page is %s/ui%n",
                server.url(), (System.nanoTime() - begin) / 1e9, server.url());
        System.out.println("Schemas are kept in " + (postgres == null ? "the database of --jdbc" : folder()));
        new CountDownLatch(1).await();
        return 0;
    }

    private void start(EmbeddedPostgresServer server) {
        postgres = server;
        server.start();
    }

    private Path folder() {
        return data == null ? Folders.named("registry") : data.toAbsolutePath();
    }

    private RegistryServerSettings settings() {
        if (postgres != null) {
            return RegistryServerSettings.of(port, postgres.jdbcUrl(), EmbeddedPostgresServer.USER, "");
        }
        return RegistryServerSettings.of(port, jdbcUrl, user, System.getenv(PASSWORD_VARIABLE));
    }

    /** The registry first, which uses the other. */
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
                CommandErrors.inWords(new CommandLine(new RegistryCommand())).execute(arguments));
    }
}
