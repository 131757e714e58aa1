package io.lightflow.reports.server;

import com.fasterxml.jackson.core.JsonParser;
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
import io.lightflow.reports.http.Access;
import io.lightflow.reports.http.Account;
import io.lightflow.reports.http.Role;
import io.lightflow.reports.http.TokenHash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads {@link ReportsSettings} from YAML; an unknown key, a missing or a wrong value is an error that names the key. The file holds
 * no secrets, only the names of the environment variables or files that do, or their hashes.
 */
public final class ReportsSettingsFile {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m)");

    private static final ObjectMapper YAML = YAMLMapper.builder()
            .enable(YAMLParser.Feature.PARSE_BOOLEAN_LIKE_WORDS_AS_STRINGS)
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .withCoercionConfig(
                    LogicalType.Integer, config -> config.setCoercion(CoercionInputShape.String, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Float, CoercionAction.Fail))
            .build();

    private final Map<String, String> environment;

    private ReportsSettingsFile(Map<String, String> environment) {
        this.environment = environment;
    }

    private record Document(
            String bind,
            Integer port,
            Database replica,
            Database primary,
            String statementTimeout,
            Integer maxRequestBytes,
            Tls tls,
            List<Entry> access) {}

    private record Database(
            String url, String user, String passwordVariable, String schema, Integer poolSize, String timeout) {}

    private record Tls(String keyStore, String passwordVariable) {}

    private record Entry(
            String name, String tokenVariable, String tokenFile, String tokenSha256, String role, String advertiser) {}

    /** @throws IllegalArgumentException when the file cannot be read or is wrong; the message names file and key */
    public static ReportsSettings read(Path file, Map<String, String> environment) {
        String text;
        try {
            text = Files.readString(file);
        } catch (IOException e) {
            throw new IllegalArgumentException("Cannot read the settings of the reports from " + file + ": " + e, e);
        }
        try {
            return parse(text, environment);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("Settings of the reports in " + file + ": " + e.getMessage(), e);
        }
    }

    static ReportsSettings parse(String yaml, Map<String, String> environment) {
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
        return new ReportsSettingsFile(environment).settings(document);
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

    private ReportsSettings settings(Document document) {
        return new ReportsSettings(
                orElse(document.bind(), ReportsSettings.DEFAULT_BIND),
                orElse(document.port(), ReportsSettings.DEFAULT_PORT),
                database(require(document.replica(), "replica"), "replica"),
                Optional.ofNullable(document.primary()).map(primary -> database(primary, "primary")),
                duration(document.statementTimeout(), "statementTimeout", ReportsSettings.DEFAULT_STATEMENT_TIMEOUT),
                orElse(document.maxRequestBytes(), ReportsSettings.DEFAULT_MAX_REQUEST_BYTES),
                Optional.ofNullable(document.tls()).map(this::tls),
                access(document.access()));
    }

    private DatabaseSettings database(Database database, String key) {
        return new DatabaseSettings(
                require(database.url(), key + ".url"),
                require(database.user(), key + ".user"),
                database.passwordVariable() == null
                        ? null
                        : secret(database.passwordVariable(), key + ".passwordVariable"),
                orElse(database.schema(), DatabaseSettings.DEFAULT_SCHEMA),
                orElse(database.poolSize(), DatabaseSettings.DEFAULT_POOL_SIZE),
                duration(database.timeout(), key + ".timeout", DatabaseSettings.DEFAULT_TIMEOUT));
    }

    private TlsSettings tls(Tls tls) {
        return new TlsSettings(
                Path.of(require(tls.keyStore(), "tls.keyStore")),
                secret(require(tls.passwordVariable(), "tls.passwordVariable"), "tls.passwordVariable"));
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
        Role role =
                switch (require(entry.role(), key + ".role")) {
                    case "viewer" -> Role.VIEWER;
                    case "manager" -> Role.MANAGER;
                    default ->
                        throw new IllegalArgumentException(
                                key + ".role must be viewer or manager, but is '" + entry.role() + "'");
                };
        return new Account(
                require(entry.name(), key + ".name"), token(entry, key), role, Optional.ofNullable(entry.advertiser()));
    }

    private TokenHash token(Entry entry, String key) {
        long ways = Stream.of(entry.tokenVariable(), entry.tokenFile(), entry.tokenSha256())
                .filter(Objects::nonNull)
                .count();
        if (ways != 1) {
            throw new IllegalArgumentException(
                    key + " must have one of tokenVariable, tokenFile and tokenSha256, and has " + ways);
        }
        try {
            if (entry.tokenSha256() != null) {
                return TokenHash.ofHex(entry.tokenSha256());
            }
            return TokenHash.of(
                    entry.tokenVariable() != null
                            ? secret(entry.tokenVariable(), key + ".tokenVariable")
                            : secretFile(Path.of(entry.tokenFile()), key + ".tokenFile"));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(key + ": " + e.getMessage(), e);
        }
    }

    private static String secretFile(Path file, String key) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new IllegalArgumentException(key + " names " + file + ", which cannot be read: " + e, e);
        }
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

    private static Duration duration(String text, String key, Duration otherwise) {
        if (text == null) {
            return otherwise;
        }
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    key + " must be a number with its unit ms, s or m, as in 5s, but is '" + text + "'");
        }
        long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            default -> Duration.ofMinutes(amount);
        };
    }
}
