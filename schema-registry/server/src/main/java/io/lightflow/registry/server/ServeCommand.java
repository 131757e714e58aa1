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

/** {@code serve}: runs a schema registry until it is told to stop. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description = "Keep Avro schemas in PostgreSQL and speak the Confluent Schema Registry REST API.",
        footer = "Without --settings, the database password is taken from the environment variable "
                + ServeCommand.PASSWORD_VARIABLE + ".")
final class ServeCommand implements Callable<Integer> {
    static final String PASSWORD_VARIABLE = "LIGHTFLOW_REGISTRY_PASSWORD";

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--settings",
            paramLabel = "FILE",
            description = "YAML file with everything, accounts and TLS as well")
    private Path settings;

    @Option(names = "--port", description = "Port to listen on (default: 8081)")
    private Integer port;

    @Option(names = "--bind", description = "Address to listen on (default: 127.0.0.1, this machine only)")
    private String bind;

    @Option(
            names = "--jdbc",
            paramLabel = "URL",
            description = "PostgreSQL database, such as jdbc:postgresql://host:5432/lightflow")
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
            throw new ParameterException(spec.commandLine(), "Name --settings, or --jdbc and --user");
        }
        if (settings != null && (jdbcUrl != null || user != null)) {
            throw new ParameterException(
                    spec.commandLine(), "--settings names the database: leave --jdbc and --user out");
        }
        RegistryServerSettings read = settings == null
                ? RegistryServerSettings.of(
                        RegistryServerSettings.DEFAULT_PORT, jdbcUrl, user, System.getenv(PASSWORD_VARIABLE))
                : RegistrySettingsFile.read(settings, System.getenv());
        HttpSettings http = bind == null ? read.http() : read.http().withBind(bind);
        return read.withHttp(port == null ? http : http.withPort(port));
    }
}
