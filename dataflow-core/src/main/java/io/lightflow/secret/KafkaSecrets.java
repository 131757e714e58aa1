package io.lightflow.secret;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The secrets among the settings of Kafka's clients. */
public final class KafkaSecrets {
    private static final String JAAS = "sasl.jaas.config";
    private static final Pattern SECRET_KEY =
            Pattern.compile(".*(password|passphrase|secret).*|ssl\\.keystore\\.key", Pattern.CASE_INSENSITIVE);
    /** An option of a login module, such as {@code password="..."}. */
    private static final Pattern JAAS_SECRET = Pattern.compile(
            "[\\w.]*(?:password|passphrase|secret)[\\w.]*\\s*=\\s*"
                    + "(\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*'|[^\\s;]+)",
            Pattern.CASE_INSENSITIVE);

    private KafkaSecrets() {}

    /** The settings with all references replaced. */
    public static Map<String, String> resolve(String path, Map<String, String> settings, SecretReferences references) {
        Map<String, String> resolved = new HashMap<>();
        settings.forEach((name, value) -> resolved.put(
                name,
                name.equals(JAAS)
                        ? references.resolve(path + "." + name, value, KafkaSecrets::quoted)
                        : references.resolve(path + "." + name, value)));
        return resolved;
    }

    /** A secret in a JAAS string must not end the string, and so add options. */
    private static String quoted(String secret) {
        return secret.replace("\\", "\\\\").replace("\"", "\\\"");
    }

    /** The name of a setting that holds a secret itself, not a reference to one; empty if there is none. */
    public static Optional<String> plain(Map<String, String> settings) {
        return settings.entrySet().stream()
                .filter(setting -> isPlain(setting.getKey(), setting.getValue()))
                .map(Map.Entry::getKey)
                .sorted()
                .findFirst();
    }

    private static boolean isPlain(String name, String value) {
        if (name.endsWith(JAAS)) {
            Matcher options = JAAS_SECRET.matcher(value);
            while (options.find()) {
                if (!SecretReferences.isReference(unquoted(options.group(1)))) {
                    return true;
                }
            }
            return false;
        }
        return SECRET_KEY.matcher(name).matches() && !SecretReferences.isReference(value);
    }

    private static String unquoted(String value) {
        boolean quoted = value.length() >= 2 && (value.startsWith("\"") || value.startsWith("'"));
        return quoted ? value.substring(1, value.length() - 1) : value;
    }
}
