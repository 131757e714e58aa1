package io.lightflow.topology.schema;

import io.lightflow.registry.client.ClientTlsSettings;
import io.lightflow.registry.client.Credentials;
import io.lightflow.registry.client.RegistryClientSettings;
import io.lightflow.topology.settings.RegistrySection;

/** Gives the registry's client the credentials and key stores of the settings. */
final class RegistryAccess {
    private RegistryAccess() {}

    static RegistryClientSettings clientSettings(RegistrySection settings) {
        return RegistryClientSettings.of(settings.urls())
                .withCredentials(credentials(settings))
                .withTls(settings.tls() == null ? ClientTlsSettings.JDK : tls(settings.tls()));
    }

    private static Credentials credentials(RegistrySection settings) {
        if (settings.user() != null) {
            return Credentials.basic(settings.user(), settings.password());
        }
        String token = settings.token();
        return token.isEmpty() ? Credentials.NONE : Credentials.bearer(token);
    }

    private static ClientTlsSettings tls(RegistrySection.Tls tls) {
        ClientTlsSettings trusting = ClientTlsSettings.trusting(tls.trustStore(), tls.trustStorePassword());
        return tls.keyStore() == null ? trusting : trusting.withKey(tls.keyStore(), tls.keyStorePassword());
    }
}
