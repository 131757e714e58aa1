package io.lightflow.registry.client;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * The settings of a {@link SchemaRegistryClient}.
 *
 * @param urls base URLs of the instances of one registry, tried in turn; the response of one is authoritative
 * @param connectTimeout timeout of opening one connection
 * @param requestTimeout timeout of one request to one instance
 * @param operationTimeout timeout of one call of the client, including all requests, retries and pauses
 * @param rounds how often the client tries all URLs before it gives up; at least 1
 * @param backoff the maximum pause before the second round; it doubles with each further round. The pause is random
 *     between 0 and the maximum, so that many clients do not retry at the same moment
 * @param unknownIdMemory how long an id that the registry does not know is rejected without another query; with zero,
 *     every lookup queries
 * @param credentials sent with every request, and to no other host. Use them only with https, unless the network is
 *     trusted
 * @param tls key stores for https
 */
public record RegistryClientSettings(
        List<URI> urls,
        Duration connectTimeout,
        Duration requestTimeout,
        Duration operationTimeout,
        int rounds,
        Duration backoff,
        Duration unknownIdMemory,
        Credentials credentials,
        ClientTlsSettings tls) {

    public RegistryClientSettings {
        urls = List.copyOf(urls);
        if (urls.isEmpty()) {
            throw new IllegalArgumentException("A registry client needs at least one URL");
        }
        for (URI url : urls) {
            if (!"http".equals(url.getScheme()) && !"https".equals(url.getScheme())) {
                throw new IllegalArgumentException("A registry URL must begin with http:// or https://, was " + url);
            }
            if (url.getUserInfo() != null) {
                throw new IllegalArgumentException(
                        "A registry URL must not contain a password, which messages would show; the URL" + " of host "
                                + url.getHost() + " contains one. Use withCredentials.");
            }
        }
        Objects.requireNonNull(credentials, "credentials");
        Objects.requireNonNull(tls, "tls");
        requirePositive("connectTimeout", connectTimeout);
        requirePositive("requestTimeout", requestTimeout);
        requirePositive("operationTimeout", operationTimeout);
        if (rounds < 1) {
            throw new IllegalArgumentException("rounds must be at least 1, was " + rounds);
        }
        requirePositive("backoff", backoff);
        if (unknownIdMemory.isNegative()) {
            throw new IllegalArgumentException("unknownIdMemory must not be negative, was " + unknownIdMemory);
        }
    }

    /**
     * The defaults: 2 s to connect, 5 s for a request, 15 s in total, 4 rounds with a backoff of 100 ms, unknown ids
     * cached for 10 s.
     */
    public static RegistryClientSettings of(List<URI> urls) {
        return new RegistryClientSettings(
                urls,
                Duration.ofSeconds(2),
                Duration.ofSeconds(5),
                Duration.ofSeconds(15),
                4,
                Duration.ofMillis(100),
                Duration.ofSeconds(10),
                Credentials.NONE,
                ClientTlsSettings.JDK);
    }

    public static RegistryClientSettings of(URI url) {
        return of(List.of(url));
    }

    public RegistryClientSettings withUnknownIdMemory(Duration memory) {
        return new RegistryClientSettings(
                urls, connectTimeout, requestTimeout, operationTimeout, rounds, backoff, memory, credentials, tls);
    }

    public RegistryClientSettings withTimeouts(Duration connect, Duration request, Duration operation) {
        return new RegistryClientSettings(
                urls, connect, request, operation, rounds, backoff, unknownIdMemory, credentials, tls);
    }

    public RegistryClientSettings withRounds(int newRounds, Duration newBackoff) {
        return new RegistryClientSettings(
                urls,
                connectTimeout,
                requestTimeout,
                operationTimeout,
                newRounds,
                newBackoff,
                unknownIdMemory,
                credentials,
                tls);
    }

    public RegistryClientSettings withCredentials(Credentials newCredentials) {
        return new RegistryClientSettings(
                urls,
                connectTimeout,
                requestTimeout,
                operationTimeout,
                rounds,
                backoff,
                unknownIdMemory,
                newCredentials,
                tls);
    }

    public RegistryClientSettings withTls(ClientTlsSettings newTls) {
        return new RegistryClientSettings(
                urls,
                connectTimeout,
                requestTimeout,
                operationTimeout,
                rounds,
                backoff,
                unknownIdMemory,
                credentials,
                newTls);
    }

    private static void requirePositive(String name, Duration value) {
        if (value.isZero() || value.isNegative()) {
            throw new IllegalArgumentException(name + " must be positive, was " + value);
        }
    }
}
