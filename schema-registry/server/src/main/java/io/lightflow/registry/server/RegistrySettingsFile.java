package io.lightflow.registry.server;

import static io.lightflow.service.settings.SettingsFile.duration;
import static io.lightflow.service.settings.SettingsFile.orElse;
import static io.lightflow.service.settings.SettingsFile.require;

import io.lightflow.registry.server.access.RegistryAccount;
import io.lightflow.registry.server.access.RegistryRole;
import io.lightflow.service.access.Accounts;
import io.lightflow.service.access.SecretLength;
import io.lightflow.service.access.TokenHash;
import io.lightflow.service.access.TokenSource;
import io.lightflow.service.http.HttpLimits;
import io.lightflow.service.http.HttpSettings;
import io.lightflow.service.http.ServerTlsSettings;
import io.lightflow.service.settings.Secret;
import io.lightflow.service.settings.SettingsFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads {@link RegistryServerSettings} from YAML. An unknown key or a missing or invalid value is an error that names
 * the key. The file contains no secrets, only the names of environment variables and files that do.
 */
public final class RegistrySettingsFile {
    private final Map<String, String> environment;

    private RegistrySettingsFile(Map<String, String> environment) {
        this.environment = environment;
    }

    private record Document(
            String bind,
            Integer port,
            RegistryDatabase database,
            Integer maxRequestBytes,
            Integer maxConnections,
            Integer maxRequestsPerSecond,
            ServerTlsSettings.Document tls,
            List<Entry> access) {}

    private record RegistryDatabase(
            String url, String user, String passwordVariable, String passwordFile, Integer poolSize, String timeout) {}

    private record Entry(String user, String token, String secretVariable, String secretFile, String role) {}

    /** @throws IllegalArgumentException if the file is unreadable or invalid; the message names file and key */
    public static RegistryServerSettings read(Path file, Map<String, String> environment) {
        return SettingsFile.read(file, "the registry", yaml -> parse(yaml, environment));
    }

    static RegistryServerSettings parse(String yaml, Map<String, String> environment) {
        return new RegistrySettingsFile(environment).settings(SettingsFile.document(yaml, Document.class));
    }

    private RegistryServerSettings settings(Document document) {
        RegistryDatabase database = require(document.database(), "database");
        return new RegistryServerSettings(
                new HttpSettings(
                        orElse(document.bind(), HttpSettings.DEFAULT_BIND),
                        orElse(document.port(), RegistryServerSettings.DEFAULT_PORT),
                        orElse(document.maxRequestBytes(), RegistryServerSettings.DEFAULT_MAX_REQUEST_BYTES),
                        new HttpLimits(
                                orElse(document.maxConnections(), HttpLimits.DEFAULT.maxConnections()),
                                orElse(document.maxRequestsPerSecond(), HttpLimits.DEFAULT.maxRequestsPerSecond())),
                        Optional.ofNullable(document.tls()).map(tls -> tls.settings(environment))),
                require(database.url(), "database.url"),
                require(database.user(), "database.user"),
                database.passwordVariable() == null && database.passwordFile() == null
                        ? null
                        : SettingsFile.secret(
                                environment, database.passwordVariable(), database.passwordFile(), "database.password"),
                orElse(database.poolSize(), RegistryServerSettings.DEFAULT_POOL_SIZE),
                duration(database.timeout(), "database.timeout", RegistryServerSettings.DEFAULT_DATABASE_TIMEOUT),
                access(document.access()));
    }

    private Accounts<RegistryAccount> access(List<Entry> entries) {
        if (entries == null) {
            return new Accounts<>(List.of());
        }
        if (entries.isEmpty()) {
            throw new IllegalArgumentException("access is empty: add accounts, or omit it for unrestricted access");
        }
        return new Accounts<>(SettingsFile.list(entries, "access", this::account));
    }

    private RegistryAccount account(Entry entry, String key) {
        if ((entry.user() == null) == (entry.token() == null)) {
            throw new IllegalArgumentException(
                    key + " must have either user, for a password, or token, for the name of a bearer token");
        }
        RegistryRole role =
                switch (require(entry.role(), key + ".role")) {
                    case "read" -> RegistryRole.READ;
                    case "write" -> RegistryRole.WRITE;
                    default ->
                        throw new IllegalArgumentException(
                                key + ".role must be read or write, but is '" + entry.role() + "'");
                };
        Secret secret = SettingsFile.secret(
                environment, entry.secretVariable(), entry.secretFile(), key + ".secret", SecretLength::require);
        return entry.user() == null
                ? new RegistryAccount(entry.token(), TokenSource.of(secret, TokenHash::of), role)
                : new RegistryAccount(
                        entry.user(),
                        TokenSource.of(secret, password -> TokenHash.ofPassword(entry.user(), password)),
                        role);
    }
}
