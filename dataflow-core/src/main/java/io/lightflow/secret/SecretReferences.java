package io.lightflow.secret;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Resolves references to secrets in settings, in the notation of Kafka's configuration providers: <code>${env:NAME}
 * </code> is an environment variable, <code>${file:PATH}</code> the content of a file without the white space around
 * it, and <code>${file:PATH:KEY}</code> a property in a file. Thread-safe.
 */
public final class SecretReferences {
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{(env|file):([^}]+)}");

    private final Map<String, String> environment;

    public SecretReferences(Map<String, String> environment) {
        this.environment = environment;
    }

    /** Whether the value is one reference, and so holds no secret. */
    public static boolean isReference(String value) {
        return REFERENCE.matcher(value.strip()).matches();
    }

    /**
     * The value with all references replaced.
     *
     * @param key names the setting in messages
     * @throws IllegalArgumentException if a variable is not set, or a file unreadable; the message names the key
     */
    public String resolve(String key, String value) {
        return resolve(key, value, UnaryOperator.identity());
    }

    /** @param escape is applied to each secret before it is inserted */
    public String resolve(String key, String value, UnaryOperator<String> escape) {
        if (value.indexOf('$') < 0) {
            return value;
        }
        return REFERENCE
                .matcher(value)
                .replaceAll(reference ->
                        Matcher.quoteReplacement(escape.apply(secret(key, reference.group(1), reference.group(2)))));
    }

    private String secret(String key, String provider, String name) {
        return provider.equals("env") ? variable(key, name) : file(key, name);
    }

    private String variable(String key, String name) {
        String value = environment.get(name);
        if (value == null) {
            throw new IllegalArgumentException(
                    "the key " + key + " names the environment variable " + name + ", which is not set");
        }
        return value;
    }

    private static String file(String key, String name) {
        Path whole = Path.of(name);
        int colon = name.lastIndexOf(':');
        try {
            return colon < 0 || Files.exists(whole)
                    ? Files.readString(whole).strip()
                    : property(key, Path.of(name.substring(0, colon)), name.substring(colon + 1));
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "the key " + key + " names the file " + name + ", which cannot be read: " + e, e);
        }
    }

    private static String property(String key, Path file, String name) throws IOException {
        Properties properties = new Properties();
        try (Reader in = Files.newBufferedReader(file)) {
            properties.load(in);
        }
        String value = properties.getProperty(name);
        if (value == null) {
            throw new IllegalArgumentException(
                    "the key " + key + " names the property " + name + " in the file " + file + ", which lacks it");
        }
        return value;
    }
}
