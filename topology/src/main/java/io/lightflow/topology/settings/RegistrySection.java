package io.lightflow.topology.settings;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/**
 * @param user for basic authentication; its password is a secret of the workers
 * @param passwordVariable environment variable that holds the user's password
 * @param passwordFile file that holds the user's password
 * @param tokenVariable environment variable that holds a bearer token, instead of a user
 * @param tokenFile file that holds a bearer token, instead of a user
 * @param tls null: the certificate authorities that Java trusts
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RegistrySection(
        List<URI> urls,
        String user,
        String passwordVariable,
        Path passwordFile,
        String tokenVariable,
        Path tokenFile,
        Tls tls) {
    public RegistrySection {
        Require.notEmpty("registry.urls", urls);
        urls = List.copyOf(urls);
        Require.oneSource("registry.password", passwordVariable, passwordFile);
        Require.oneSource("registry.token", tokenVariable, tokenFile);
        boolean hasPassword = passwordVariable != null || passwordFile != null;
        boolean hasToken = tokenVariable != null || tokenFile != null;
        if (hasPassword != (user != null)) {
            throw new WrongSettingException("the key registry.user needs registry.passwordVariable or"
                    + " registry.passwordFile, and the other way round");
        }
        if (hasPassword && hasToken) {
            throw new WrongSettingException("the key registry takes either a user or a token, found both");
        }
    }

    /** Without credentials. */
    public RegistrySection(List<URI> urls) {
        this(urls, null, null, null, null, null, null);
    }

    /** @throws SettingsException if the secret cannot be read */
    public String password() {
        return Require.secret("registry.password", passwordVariable, passwordFile);
    }

    /**
     * The bearer token; empty if there is none.
     *
     * @throws SettingsException if the secret cannot be read
     */
    public String token() {
        return Require.secret("registry.token", tokenVariable, tokenFile);
    }

    /**
     * Key stores, PKCS #12 or JKS.
     *
     * @param trustStore the certificate authorities that may sign the registry's certificate
     * @param keyStore the client's key and certificate; null if the registry asks for none
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Tls(
            Path trustStore,
            String trustStorePasswordVariable,
            Path trustStorePasswordFile,
            Path keyStore,
            String keyStorePasswordVariable,
            Path keyStorePasswordFile) {
        public Tls {
            Require.present("registry.tls.trustStore", trustStore);
            Require.oneSource("registry.tls.trustStorePassword", trustStorePasswordVariable, trustStorePasswordFile);
            Require.oneSource("registry.tls.keyStorePassword", keyStorePasswordVariable, keyStorePasswordFile);
        }

        public String trustStorePassword() {
            return Require.secret(
                    "registry.tls.trustStorePassword", trustStorePasswordVariable, trustStorePasswordFile);
        }

        public String keyStorePassword() {
            return Require.secret("registry.tls.keyStorePassword", keyStorePasswordVariable, keyStorePasswordFile);
        }
    }
}
