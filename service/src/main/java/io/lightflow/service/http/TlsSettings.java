package io.lightflow.service.http;

import static io.lightflow.service.settings.SettingsFile.require;

import io.lightflow.service.settings.SettingsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a server proves with that it is the one that clients look for.
 *
 * @param keyStore a PKCS #12 or JKS file with one private key and its certificates
 * @param password of the file and of the key
 */
public record TlsSettings(Path keyStore, String password) {
    public TlsSettings {
        if (keyStore == null || !Files.isReadable(keyStore)) {
            throw new IllegalArgumentException("tls.keyStore must be a file that can be read, and is " + keyStore);
        }
        if (password == null || password.isEmpty()) {
            throw new IllegalArgumentException("the password of tls.keyStore " + keyStore + " is empty");
        }
    }

    /** The key {@code tls} of a settings file. */
    public record Document(String keyStore, String passwordVariable) {
        public TlsSettings settings(Map<String, String> environment) {
            return new TlsSettings(
                    Path.of(require(keyStore, "tls.keyStore")),
                    SettingsFile.secret(environment, passwordVariable, "tls.passwordVariable"));
        }
    }

    /** Leaves out the password. */
    @Override
    public String toString() {
        return "TlsSettings[keyStore=" + keyStore + "]";
    }
}
