package io.lightflow.service.http;

import static io.lightflow.service.settings.SettingsFile.require;

import io.lightflow.service.settings.SettingsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The key and certificate by which a server authenticates itself.
 *
 * @param keyStore a PKCS #12 or JKS file with one private key and its certificates
 * @param password password of the file and of the key
 */
public record ServerTlsSettings(Path keyStore, String password) {
    public ServerTlsSettings {
        if (keyStore == null || !Files.isReadable(keyStore)) {
            throw new IllegalArgumentException("tls.keyStore must be a readable file, but is " + keyStore);
        }
        if (password == null || password.isEmpty()) {
            throw new IllegalArgumentException("the password of tls.keyStore " + keyStore + " is empty");
        }
    }

    /** The key {@code tls} of a settings file. */
    public record Document(String keyStore, String passwordVariable, String passwordFile) {
        public ServerTlsSettings settings(Map<String, String> environment) {
            return new ServerTlsSettings(
                    Path.of(require(keyStore, "tls.keyStore")),
                    SettingsFile.secret(environment, passwordVariable, passwordFile, "tls.password")
                            .get());
        }
    }

    /** Omits the password. */
    @Override
    public String toString() {
        return "TlsSettings[keyStore=" + keyStore + "]";
    }
}
