package io.lightflow.registry.sync;

import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.Callable;
import javax.net.ssl.SSLContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sync}: copies schemas from one registry to another. */
@Command(
        name = "sync",
        mixinStandardHelpOptions = true,
        description = "Copy the versions that --to lacks from --from. Nothing is overwritten.",
        exitCodeOnExecutionException = 3,
        footer = {
            "",
            "Exit status: 0 if --to has everything that --from has, 1 if there are conflicts, 2 if an option is"
                    + " invalid, 3 if a registry is unavailable. The command may be repeated at any time."
        })
public final class SyncCommand implements Callable<Integer> {
    private static final int CONFLICTS = 1;

    @Spec
    private CommandSpec spec;

    @Option(names = "--from", required = true, paramLabel = "URL", description = "The registry to read.")
    private URI from;

    @Option(names = "--to", required = true, paramLabel = "URL", description = "The registry to write.")
    private URI to;

    @Option(
            names = "--from-user",
            paramLabel = "NAME",
            description = "User for reading. Without it, the secret is a bearer token.")
    private String fromUser;

    @Option(
            names = "--from-secret",
            paramLabel = "VARIABLE",
            description = "Environment variable with the password or the token.")
    private String fromSecret;

    @Option(
            names = "--to-user",
            paramLabel = "NAME",
            description = "User for writing. Without it, the secret is a bearer token.")
    private String toUser;

    @Option(
            names = "--to-secret",
            paramLabel = "VARIABLE",
            description = "Environment variable with the password or the token.")
    private String toSecret;

    @Option(
            names = "--authorities",
            paramLabel = "FILE",
            description = "Certificates (PEM) that sign those of the registries, for https. Default: those that Java"
                    + " trusts.")
    private Path authorities;

    @Option(names = "--dry-run", description = "Report what would be copied, and write nothing.")
    private boolean dryRun;

    @Override
    public Integer call() {
        HttpClient http = RemoteRegistry.client(trusted());
        RegistrySync sync = new RegistrySync(
                new RemoteRegistry(checked("--from", from), authorization("--from", fromUser, fromSecret), http),
                new RemoteRegistry(checked("--to", to), authorization("--to", toUser, toSecret), http),
                dryRun ? RegistrySync.WriteMode.OFF : RegistrySync.WriteMode.ON);
        SyncReport report = sync.run();
        PrintWriter out = spec.commandLine().getOut();
        report.conflicts().forEach(conflict -> out.println("CONFLICT " + conflict));
        out.printf(
                "%d versions the same, %d %scopied, %d schemas %sstored by id, %d settings %scopied,"
                        + " %d conflicts%n",
                report.same(),
                report.copied(),
                dryRun ? "to be " : "",
                report.storedById(),
                dryRun ? "to be " : "",
                report.settings(),
                dryRun ? "to be " : "",
                report.conflicts().size());
        out.flush();
        return report.conflicts().isEmpty() ? 0 : CONFLICTS;
    }

    private Optional<SSLContext> trusted() {
        try {
            return Optional.ofNullable(authorities).map(TrustedAuthorities::context);
        } catch (IllegalArgumentException e) {
            throw invalid("--authorities: " + e.getMessage());
        }
    }

    private URI checked(String option, URI url) {
        if (!"http".equals(url.getScheme()) && !"https".equals(url.getScheme())) {
            throw invalid(option + " must be a URL that begins with http:// or https://, found " + url);
        }
        return url;
    }

    private Optional<String> authorization(String side, String user, String variable) {
        if (variable == null) {
            if (user != null) {
                throw invalid(side + "-user requires " + side + "-secret");
            }
            return Optional.empty();
        }
        String secret = System.getenv(variable);
        if (secret == null || secret.isBlank()) {
            throw invalid(side + "-secret names the environment variable " + variable + ", which is not set");
        }
        if (user == null) {
            return Optional.of("Bearer " + secret);
        }
        byte[] credentials = (user + ":" + secret).getBytes(StandardCharsets.UTF_8);
        return Optional.of("Basic " + Base64.getEncoder().encodeToString(credentials));
    }

    private ParameterException invalid(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
