package io.lightflow.registry.server;

import io.lightflow.service.http.HttpSettings;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code serve}: runs a schema registry until it is stopped. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description = "Store Avro schemas in PostgreSQL and serve the Confluent Schema Registry REST API.",
        footer = "Without --settings, the environment variable for the database password is "
                + RegistryServeCommand.PASSWORD_VARIABLE + ".")
final class RegistryServeCommand implements Callable<Integer> {
    static final String PASSWORD_VARIABLE = "LIGHTFLOW_REGISTRY_PASSWORD";

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--settings",
            paramLabel = "FILE",
            description = "YAML file with all settings, including accounts and TLS")
    private Path settings;

    @Option(names = "--port", description = "Port to listen on (default: 8081)")
    private Integer port;

    @Option(
            names = "--bind",
            description = "Address to listen on (default: 127.0.0.1, reachable only from this machine)")
    private String bind;

    @Option(
            names = "--jdbc",
            paramLabel = "URL",
            description = "JDBC URL of the PostgreSQL database, such as jdbc:postgresql://host:5432/lightflow")
    private String jdbcUrl;

    @Option(names = "--user", description = "Database user")
    private String user;

    @Override
    public Integer call() throws InterruptedException {
        SchemaRegistryServer server = new SchemaRegistryServer(settings());
        server.start();
        Runtime.getRuntime().addShutdownHook(new Thread(server::close, "schema-registry-stop"));
        new CountDownLatch(1).await();
        return 0;
    }

    private RegistryServerSettings settings() {
        if (settings == null && (jdbcUrl == null || user == null)) {
            throw new ParameterException(spec.commandLine(), "Expected --settings, or --jdbc and --user");
        }
        if (settings != null && (jdbcUrl != null || user != null)) {
            throw new ParameterException(
                    spec.commandLine(), "The file of --settings names the database: omit --jdbc and --user");
        }
        RegistryServerSettings read = settings == null
                ? RegistryServerSettings.of(
                        RegistryServerSettings.DEFAULT_PORT, jdbcUrl, user, System.getenv(PASSWORD_VARIABLE))
                : RegistrySettingsFile.read(settings, System.getenv());
        HttpSettings http = bind == null ? read.http() : read.http().withBind(bind);
        return read.withHttp(port == null ? http : http.withPort(port));
    }
}
