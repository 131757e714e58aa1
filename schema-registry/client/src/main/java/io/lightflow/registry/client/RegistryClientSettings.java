package io.lightflow.registry.client;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * How a {@link SchemaRegistryClient} reaches its registry.
 *
 * @param urls base URLs of instances of one registry, tried in turn; an answer of one speaks for all
 * @param connectTimeout for opening one connection
 * @param requestTimeout for one request to one instance
 * @param operationTimeout for one call of the client: all requests, retries and pauses together
 * @param rounds how often all URLs are tried before giving up; at least 1
 * @param backoff the longest pause before the second round; doubles with each further round. The pause is drawn between
 *     0 and that, so that many clients do not come back at the same moment
 * @param unknownIdMemory how long an id that the registry does not know is refused without asking again; zero asks
 *     every time
 * @param credentials sent with every request, to no other host. Use them with https only, unless the network is trusted
 * @param tls for https
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
        TlsSettings tls) {

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
                throw new IllegalArgumentException("A registry URL must not hold a password, which would be shown in "
                        + "messages; the one of host " + url.getHost() + " does. Use withCredentials.");
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

    /** 2 s to connect, 5 s for a request, 15 s in all, 4 rounds from 100 ms of pause on, unknown ids kept for 10 s. */
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
                TlsSettings.JDK);
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

    public RegistryClientSettings withTls(TlsSettings newTls) {
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
