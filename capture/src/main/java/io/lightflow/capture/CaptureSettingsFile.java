package io.lightflow.capture;

import static io.lightflow.service.settings.SettingsFile.duration;
import static io.lightflow.service.settings.SettingsFile.orElse;
import static io.lightflow.service.settings.SettingsFile.require;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.lightflow.capture.access.Partner;
import io.lightflow.capture.client.AddressRange;
import io.lightflow.capture.client.ConsentPolicy;
import io.lightflow.capture.client.ConsentRule;
import io.lightflow.capture.client.ForwardedHeader;
import io.lightflow.capture.client.TrustedProxies;
import io.lightflow.capture.client.VisitorCookie;
import io.lightflow.capture.client.Visitors;
import io.lightflow.capture.http.ListenerSettings;
import io.lightflow.producer.BeaconPolicy;
import io.lightflow.producer.LightEventsSettings;
import io.lightflow.producer.UnavailablePolicy;
import io.lightflow.producer.link.LinkKeys;
import io.lightflow.registry.client.RegistryClientSettings;
import io.lightflow.service.access.Accounts;
import io.lightflow.service.access.SecretLength;
import io.lightflow.service.access.TokenHash;
import io.lightflow.service.access.TokenSource;
import io.lightflow.service.http.ServerTlsSettings;
import io.lightflow.service.settings.SettingsFile;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads {@link CaptureSettings} from YAML. An unknown key or a missing or invalid value is an error that names the key.
 * The file contains no secrets, only the names of environment variables and files that do.
 */
public final class CaptureSettingsFile {
    private static final String ALL_ADDRESSES = "0.0.0.0";
    private static final String LOOPBACK = "127.0.0.1";
    private static final int DEFAULT_PORT = 8090;
    private static final int DEFAULT_ADMIN_PORT = 8091;
    private static final int DEFAULT_MAX_CONNECTIONS = 20_000;
    private static final int ADMIN_MAX_CONNECTIONS = 100;
    private static final int DEFAULT_MAX_REQUEST_BYTES = 1 << 20;
    private static final long DEFAULT_SPOOL_BYTES = 8L << 30;
    private static final Duration DEFAULT_IDLE_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration DEFAULT_ANSWER_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration DEFAULT_STOP_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration DEFAULT_AD_VALIDITY = Duration.ofDays(2);
    private static final Duration DEFAULT_POSTBACK_VALIDITY = Duration.ofDays(30);
    /** A request waits for Kafka. */
    private static final Duration DIRECT_LINGER = Duration.ofMillis(5);
    /** No request waits for Kafka, and larger batches cost less. */
    private static final Duration SPOOL_LINGER = Duration.ofMillis(20);

    private static final Duration SYNC_INTERVAL = Duration.ofMillis(200);

    private final Map<String, String> environment;

    private CaptureSettingsFile(Map<String, String> environment) {
        this.environment = environment;
    }

    private record Document(
            String dc,
            String producer,
            BeaconPolicy beacons,
            Kafka kafka,
            Registry registry,
            Spool spool,
            String bind,
            Integer port,
            Integer maxConnections,
            Integer maxRequestBytes,
            String idleTimeout,
            String answerTimeout,
            String stopDelay,
            String stopTimeout,
            ServerTlsSettings.Document tls,
            Admin admin,
            Links links,
            Proxies proxies,
            Consent consent,
            Cookie cookie,
            Pages pages,
            List<Token> partners) {}

    private record Kafka(String bootstrapServers, Integer partitions, Map<String, String> client) {}

    private record Registry(List<String> urls) {}

    private record Spool(String directory, Long maxBytes) {}

    private record Admin(String bind, Integer port) {}

    private record Links(List<Key> keys, String signWith, String adValidity, String postbackValidity) {}

    private record Key(String id, String secretVariable, String secretFile) {}

    private record Consent(
            @JsonProperty("default") Rule defaultRule, Map<String, Rule> countries, String countryHeader) {}

    private record Rule(ConsentRule.Tcf tcf, Set<ConsentRule.Objection> objections) {}

    private record Cookie(String name, String domain, String lifetime, VisitorCookie.SameSite sameSite) {}

    private record Pages(Set<String> advertisers) {}

    private record Token(String token, String secretVariable, String secretFile) {}

    private record Proxies(List<String> trusted, String header) {}

    /** @throws IllegalArgumentException if the file is unreadable or invalid; the message names file and key */
    public static CaptureSettings read(Path file, Map<String, String> environment) {
        return SettingsFile.read(file, "capture", yaml -> parse(yaml, environment));
    }

    static CaptureSettings parse(String yaml, Map<String, String> environment) {
        return new CaptureSettingsFile(environment).settings(SettingsFile.document(yaml, Document.class));
    }

    private CaptureSettings settings(Document document) {
        Duration idleTimeout = duration(document.idleTimeout(), "idleTimeout", DEFAULT_IDLE_TIMEOUT);
        return new CaptureSettings(
                producer(document),
                new ListenerSettings(
                        orElse(document.bind(), ALL_ADDRESSES),
                        orElse(document.port(), DEFAULT_PORT),
                        orElse(document.maxConnections(), DEFAULT_MAX_CONNECTIONS),
                        orElse(document.maxRequestBytes(), DEFAULT_MAX_REQUEST_BYTES),
                        idleTimeout,
                        Optional.ofNullable(document.tls()).map(tls -> tls.settings(environment))),
                admin(orElse(document.admin(), new Admin(null, null)), idleTimeout),
                links(require(document.links(), "links")),
                new Visitors(proxies(document.proxies()), consent(document.consent()), cookie(document.cookie())),
                document.pages() == null ? Set.of() : require(document.pages().advertisers(), "pages.advertisers"),
                partners(orElse(document.partners(), List.of())),
                duration(document.answerTimeout(), "answerTimeout", DEFAULT_ANSWER_TIMEOUT),
                duration(document.stopDelay(), "stopDelay", Duration.ZERO),
                duration(document.stopTimeout(), "stopTimeout", DEFAULT_STOP_TIMEOUT));
    }

    private LightEventsSettings producer(Document document) {
        Kafka kafka = require(document.kafka(), "kafka");
        LightEventsSettings settings = LightEventsSettings.of(
                        require(document.dc(), "dc"),
                        require(kafka.bootstrapServers(), "kafka.bootstrapServers"),
                        require(kafka.partitions(), "kafka.partitions"))
                .withKafka(orElse(kafka.client(), Map.of()))
                .with(policy(document.spool()))
                .withLinger(document.spool() == null ? DIRECT_LINGER : SPOOL_LINGER)
                .with(orElse(document.beacons(), BeaconPolicy.EVERY_SECOND));
        if (document.producer() != null) {
            settings = settings.withProducer(document.producer());
        }
        if (document.registry() != null) {
            List<URI> urls = require(document.registry().urls(), "registry.urls").stream()
                    .map(URI::create)
                    .toList();
            settings = settings.with(RegistryClientSettings.of(urls));
        }
        return settings;
    }

    /** Without a spool only Kafka makes an event durable. A thread that serves many requests must not block. */
    private static UnavailablePolicy policy(Spool spool) {
        return spool == null
                ? new UnavailablePolicy.Drop()
                : new UnavailablePolicy.Spool(
                        Path.of(require(spool.directory(), "spool.directory")),
                        orElse(spool.maxBytes(), DEFAULT_SPOOL_BYTES),
                        SYNC_INTERVAL);
    }

    private static Optional<ListenerSettings> admin(Admin admin, Duration idleTimeout) {
        return Optional.of(new ListenerSettings(
                orElse(admin.bind(), LOOPBACK),
                orElse(admin.port(), DEFAULT_ADMIN_PORT),
                ADMIN_MAX_CONNECTIONS,
                DEFAULT_MAX_REQUEST_BYTES,
                idleTimeout,
                Optional.empty()));
    }

    private CaptureSettings.Links links(Links links) {
        Map<String, byte[]> keys = new HashMap<>();
        SettingsFile.list(require(links.keys(), "links.keys"), "links.keys", (key, name) -> {
            String secret = SettingsFile.secret(environment, key.secretVariable(), key.secretFile(), name + ".secret")
                    .get();
            return keys.put(require(key.id(), name + ".id"), decode(secret, name));
        });
        String signWith = require(links.signWith(), "links.signWith");
        return new CaptureSettings.Links(
                new LinkKeys(keys, signWith),
                duration(links.adValidity(), "links.adValidity", DEFAULT_AD_VALIDITY),
                duration(links.postbackValidity(), "links.postbackValidity", DEFAULT_POSTBACK_VALIDITY));
    }

    private static byte[] decode(String secret, String name) {
        try {
            return Base64.getDecoder().decode(secret);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    name + ".secret must be base64; create one with: openssl rand -base64 32", e);
        }
    }

    private static ConsentPolicy consent(Consent consent) {
        if (consent == null) {
            return ConsentPolicy.strictest();
        }
        Map<String, ConsentRule> countries = new HashMap<>();
        orElse(consent.countries(), Map.<String, Rule>of())
                .forEach((country, rule) -> countries.put(country, rule(rule, "consent.countries." + country)));
        return new ConsentPolicy(
                consent.defaultRule() == null ? ConsentRule.STRICTEST : rule(consent.defaultRule(), "consent.default"),
                countries,
                orElse(consent.countryHeader(), ""));
    }

    private static ConsentRule rule(Rule rule, String key) {
        require(rule, key);
        return new ConsentRule(
                orElse(rule.tcf(), ConsentRule.STRICTEST.tcf()),
                orElse(rule.objections(), ConsentRule.STRICTEST.objections()));
    }

    private static VisitorCookie cookie(Cookie cookie) {
        VisitorCookie standard = VisitorCookie.standard();
        return cookie == null
                ? standard
                : new VisitorCookie(
                        orElse(cookie.name(), standard.name()),
                        orElse(cookie.domain(), standard.domain()),
                        duration(cookie.lifetime(), "cookie.lifetime", standard.lifetime()),
                        orElse(cookie.sameSite(), standard.sameSite()));
    }

    private Accounts<Partner> partners(List<Token> tokens) {
        return new Accounts<>(SettingsFile.list(
                tokens,
                "partners",
                (token, key) -> new Partner(
                        require(token.token(), key + ".token"),
                        TokenSource.of(
                                SettingsFile.secret(
                                        environment,
                                        token.secretVariable(),
                                        token.secretFile(),
                                        key + ".secret",
                                        SecretLength::require),
                                TokenHash::of))));
    }

    private static TrustedProxies proxies(Proxies proxies) {
        if (proxies == null) {
            return TrustedProxies.none();
        }
        ForwardedHeader header =
                switch (orElse(proxies.header(), "X-Forwarded-For")) {
                    case "X-Forwarded-For" -> ForwardedHeader.X_FORWARDED_FOR;
                    case "Forwarded" -> ForwardedHeader.FORWARDED;
                    default ->
                        throw new IllegalArgumentException(
                                "proxies.header must be X-Forwarded-For or Forwarded, but is '" + proxies.header()
                                        + "'");
                };
        return new TrustedProxies(
                SettingsFile.list(
                        require(proxies.trusted(), "proxies.trusted"), "proxies.trusted", CaptureSettingsFile::range),
                header);
    }

    private static AddressRange range(String range, String name) {
        try {
            return AddressRange.parse(range);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
        }
    }
}
