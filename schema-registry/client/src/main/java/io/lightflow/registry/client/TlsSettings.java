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
 * Stores (PKCS#12 or JKS) for registries whose certificate the JDK's own authorities have not signed.
 *
 * @param trust the authorities to trust; if empty the JDK's
 * @param key this client's own certificate, for registries that ask for one
 */
public record TlsSettings(Optional<Store> trust, Optional<Store> key) {
    /** Those of the JDK, and no certificate of one's own. */
    public static final TlsSettings JDK = new TlsSettings(Optional.empty(), Optional.empty());

    /** A file, and the password that opens it. */
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

    public TlsSettings {
        Objects.requireNonNull(trust, "trust");
        Objects.requireNonNull(key, "key");
    }

    public static TlsSettings trusting(Path file, String password) {
        return new TlsSettings(Optional.of(new Store(file, password)), Optional.empty());
    }

    public TlsSettings withKey(Path file, String password) {
        return new TlsSettings(trust, Optional.of(new Store(file, password)));
    }

    SSLContext context() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keyManagers(), trustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException(
                    "The stores " + this + " cannot be opened: " + e.getMessage()
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
