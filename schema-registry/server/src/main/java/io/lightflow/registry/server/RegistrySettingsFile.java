package io.lightflow.registry.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.lightflow.registry.server.access.Access;
import io.lightflow.registry.server.access.Account;
import io.lightflow.registry.server.access.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads {@link RegistryServerSettings} from YAML; an unknown key, a missing or a wrong value is an error that names the key. The file
 * holds no secrets, only the names of the environment variables that do.
 */
public final class RegistrySettingsFile {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m)");

    private static final ObjectMapper YAML = YAMLMapper.builder()
            .enable(YAMLParser.Feature.PARSE_BOOLEAN_LIKE_WORDS_AS_STRINGS)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .withCoercionConfig(
                    LogicalType.Integer, config -> config.setCoercion(CoercionInputShape.String, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Float, CoercionAction.Fail))
            .build();

    private final Map<String, String> environment;

    private RegistrySettingsFile(Map<String, String> environment) {
        this.environment = environment;
    }

    private record Document(
            String bind, Integer port, Database database, Integer maxRequestBytes, Tls tls, List<Entry> access) {}

    private record Database(String url, String user, String passwordVariable, Integer poolSize, String timeout) {}

    private record Tls(String keyStore, String passwordVariable) {}

    private record Entry(String user, String token, String secretVariable, String role) {}

    /** @throws IllegalArgumentException when the file cannot be read or is wrong; the message names file and key */
    public static RegistryServerSettings read(Path file, Map<String, String> environment) {
        String text;
        try {
            text = Files.readString(file);
        } catch (IOException e) {
            throw new IllegalArgumentException("Cannot read the settings of the registry from " + file + ": " + e, e);
        }
        try {
            return parse(text, environment);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("Settings of the registry in " + file + ": " + e.getMessage(), e);
        }
    }

    static RegistryServerSettings parse(String yaml, Map<String, String> environment) {
        if (yaml.isBlank()) {
            throw new IllegalArgumentException("it is empty");
        }
        Document document;
        try {
            document = YAML.readValue(yaml, Document.class);
        } catch (UnrecognizedPropertyException e) {
            throw new IllegalArgumentException(
                    "unknown key " + path(e) + "; known here are " + new TreeSet<>(e.getKnownPropertyIds()), e);
        } catch (JsonMappingException e) {
            throw new IllegalArgumentException("wrong value of " + path(e) + ": " + e.getOriginalMessage(), e);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not YAML: " + e.getMessage(), e);
        }
        if (document == null) {
            throw new IllegalArgumentException("it is empty");
        }
        return new RegistrySettingsFile(environment).settings(document);
    }

    private static String path(JsonMappingException e) {
        StringBuilder path = new StringBuilder();
        for (JsonMappingException.Reference reference : e.getPath()) {
            if (reference.getFieldName() == null) {
                path.append('[').append(reference.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(reference.getFieldName());
            }
        }
        return path.isEmpty() ? "the document" : path.toString();
    }

    private RegistryServerSettings settings(Document document) {
        Database database = require(document.database(), "database");
        return new RegistryServerSettings(
                orElse(document.bind(), RegistryServerSettings.DEFAULT_BIND),
                orElse(document.port(), RegistryServerSettings.DEFAULT_PORT),
                require(database.url(), "database.url"),
                require(database.user(), "database.user"),
                database.passwordVariable() == null
                        ? null
                        : secret(database.passwordVariable(), "database.passwordVariable"),
                orElse(database.poolSize(), RegistryServerSettings.DEFAULT_POOL_SIZE),
                database.timeout() == null
                        ? RegistryServerSettings.DEFAULT_DATABASE_TIMEOUT
                        : duration(database.timeout()),
                orElse(document.maxRequestBytes(), RegistryServerSettings.DEFAULT_MAX_REQUEST_BYTES),
                tls(document.tls()),
                access(document.access()));
    }

    private Optional<TlsSettings> tls(Tls tls) {
        if (tls == null) {
            return Optional.empty();
        }
        return Optional.of(new TlsSettings(
                Path.of(require(tls.keyStore(), "tls.keyStore")),
                secret(require(tls.passwordVariable(), "tls.passwordVariable"), "tls.passwordVariable")));
    }

    private Access access(List<Entry> entries) {
        if (entries == null) {
            return Access.UNRESTRICTED;
        }
        if (entries.isEmpty()) {
            throw new IllegalArgumentException("access is empty: name who may do what, or leave it out for everybody");
        }
        List<Account> accounts = new ArrayList<>();
        for (Entry entry : entries) {
            accounts.add(account(entry, "access[" + accounts.size() + "]"));
        }
        return new Access(accounts);
    }

    private Account account(Entry entry, String key) {
        require(entry, key);
        if ((entry.user() == null) == (entry.token() == null)) {
            throw new IllegalArgumentException(
                    key + " must have either user, for a password, or token, the name of a bearer token");
        }
        String variable = require(entry.secretVariable(), key + ".secretVariable");
        Role role =
                switch (require(entry.role(), key + ".role")) {
                    case "read" -> Role.READ;
                    case "write" -> Role.WRITE;
                    default ->
                        throw new IllegalArgumentException(
                                key + ".role must be read or write, but is '" + entry.role() + "'");
                };
        return new Account(
                entry.user() == null ? entry.token() : entry.user(),
                entry.user() == null ? Account.Kind.TOKEN : Account.Kind.PASSWORD,
                secret(variable, key + ".secretVariable"),
                role);
    }

    private String secret(String variable, String key) {
        String value = environment.get(variable);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException(
                    key + " names the environment variable " + variable + ", which is not set");
        }
        return value;
    }

    private static <T> T require(T value, String key) {
        if (value == null) {
            throw new IllegalArgumentException(key + " is missing");
        }
        return value;
    }

    private static <T> T orElse(T value, T other) {
        return value == null ? other : value;
    }

    private static Duration duration(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "database.timeout must be a number with its unit ms, s or m, as in 5s, but is '" + text + "'");
        }
        long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            default -> Duration.ofMinutes(amount);
        };
    }
}
