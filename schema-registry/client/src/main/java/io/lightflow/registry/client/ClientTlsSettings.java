package io.lightflow.registry.client;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * Key stores (PKCS#12 or JKS) for registries with a certificate of an authority that the JDK does not trust.
 *
 * @param trust the trusted authorities; if empty, those of the JDK
 * @param key the client's certificate, for registries that require one
 */
public record ClientTlsSettings(Optional<Store> trust, Optional<Store> key) {
    /** Trusts the authorities of the JDK, without a client certificate. */
    public static final ClientTlsSettings JDK = new ClientTlsSettings(Optional.empty(), Optional.empty());

    /** A key store file and its password. */
    public record Store(Path file, String password) {
        public Store {
            Objects.requireNonNull(file, "file");
            Objects.requireNonNull(password, "password");
        }

        private KeyStore load() throws GeneralSecurityException, IOException {
            return KeyStore.getInstance(file.toFile(), password.toCharArray());
        }

        @Override
        public String toString() {
            return "Store[" + file + "]";
        }
    }

    public ClientTlsSettings {
        Objects.requireNonNull(trust, "trust");
        Objects.requireNonNull(key, "key");
    }

    public static ClientTlsSettings trusting(Path file, String password) {
        return new ClientTlsSettings(Optional.of(new Store(file, password)), Optional.empty());
    }

    public ClientTlsSettings withKey(Path file, String password) {
        return new ClientTlsSettings(trust, Optional.of(new Store(file, password)));
    }

    SSLContext context() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keyManagers(), trustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException(
                    "Opening the key stores " + this + " failed: " + e.getMessage()
                            + ". Check the files, their passwords and that they are PKCS#12 or JKS.",
                    e);
        }
    }

    private KeyManager[] keyManagers() throws GeneralSecurityException, IOException {
        if (key.isEmpty()) {
            return null;
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(key.get().load(), key.get().password().toCharArray());
        return factory.getKeyManagers();
    }

    private TrustManager[] trustManagers() throws GeneralSecurityException, IOException {
        if (trust.isEmpty()) {
            return null;
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trust.get().load());
        return factory.getTrustManagers();
    }
}
