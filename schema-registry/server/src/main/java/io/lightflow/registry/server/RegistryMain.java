package io.lightflow.registry.server;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs a schema registry until it is told to stop. */
@Command(
        name = "schema-registry",
        mixinStandardHelpOptions = true,
        description = "Keeps Avro schemas in PostgreSQL and speaks the Confluent Schema Registry REST API.",
        footer = "The database password is taken from the environment variable " + RegistryMain.PASSWORD_VARIABLE + ".")
public final class RegistryMain implements Callable<Integer> {
    static final String PASSWORD_VARIABLE = "LIGHTFLOW_REGISTRY_PASSWORD";
    private static final String LOG_SETTINGS = "log4j2.configurationFile";

    @Option(names = "--port", defaultValue = "8081", description = "Port to listen on (default: ${DEFAULT-VALUE})")
    private int port;

    @Option(
            names = "--bind",
            defaultValue = "127.0.0.1",
            description = "Address to listen on (default: ${DEFAULT-VALUE}, this machine only)")
    private String bind;

    @Option(
            names = "--jdbc",
            required = true,
            paramLabel = "URL",
            description = "PostgreSQL database, such as jdbc:postgresql://host:5432/lightflow")
    private String jdbcUrl;

    @Option(names = "--user", required = true, description = "Database user")
    private String user;

    private RegistryMain() {}

    public static void main(String[] arguments) {
        if (System.getProperty(LOG_SETTINGS) == null) {
            System.setProperty(LOG_SETTINGS, "classpath:registry-log4j2.xml");
        }
        System.exit(new CommandLine(new RegistryMain())
                .setExecutionExceptionHandler((e, command, parsed) -> {
                    command.getErr().println(explain(e));
                    return command.getCommandSpec().exitCodeOnExecutionException();
                })
                .execute(arguments));
    }

    @Override
    public Integer call() throws InterruptedException {
        SchemaRegistryServer server = new SchemaRegistryServer(
                RegistryServerSettings.of(port, jdbcUrl, user, System.getenv(PASSWORD_VARIABLE))
                        .withBind(bind));
        server.start();
        Runtime.getRuntime().addShutdownHook(new Thread(server::close, "schema-registry-stop"));
        new CountDownLatch(1).await();
        return 0;
    }

    private static String explain(Throwable failure) {
        StringBuilder text = new StringBuilder(String.valueOf(failure.getMessage()));
        for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            text.append(System.lineSeparator()).append("  because: ").append(cause.getMessage());
        }
        return text.toString();
    }
}
