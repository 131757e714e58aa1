package io.lightflow.reports.alert;

import io.lightflow.service.settings.Secret;
import io.lightflow.time.Durations;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * How a server evaluates rules and sends messages.
 *
 * @param interval between two evaluations, by whichever server; 5 s to 1 h
 * @param url the address of the dashboard in messages; empty for none
 * @param webhooks empty if no rule may have one
 * @param mail empty if no rule may have recipients
 */
public record AlertSettings(Duration interval, Optional<URI> url, Optional<Webhooks> webhooks, Optional<Mail> mail) {
    public static final Duration DEFAULT_INTERVAL = Duration.ofMinutes(1);
    private static final Duration MIN_INTERVAL = Duration.ofSeconds(5);
    private static final Duration MAX_INTERVAL = Duration.ofHours(1);

    /** Without webhooks and mail. */
    public static final AlertSettings DEFAULT =
            new AlertSettings(DEFAULT_INTERVAL, Optional.empty(), Optional.empty(), Optional.empty());

    public AlertSettings {
        Objects.requireNonNull(url, "url");
        Objects.requireNonNull(webhooks, "webhooks");
        Objects.requireNonNull(mail, "mail");
        if (interval.compareTo(MIN_INTERVAL) < 0 || interval.compareTo(MAX_INTERVAL) > 0) {
            throw new IllegalArgumentException(
                    "alerts.interval must be 5s to 1h, but is " + Durations.format(interval));
        }
    }

    /**
     * Webhooks.
     *
     * @param hosts the hosts to which rules may send, in lower case: nobody makes this server send requests elsewhere
     * @param secret the key of the signatures
     */
    public record Webhooks(List<String> hosts, Secret secret) {
        public Webhooks {
            Objects.requireNonNull(secret, "secret");
            hosts = hosts.stream().map(host -> host.toLowerCase(Locale.ROOT)).toList();
            if (hosts.isEmpty()) {
                throw new IllegalArgumentException("alerts.webhooks.hosts is empty: name the hosts of the webhooks");
            }
        }

        /** Whether a rule may name the address. Plain HTTP is for this machine only. */
        boolean allows(URI address) {
            if (address.getHost() == null || address.getUserInfo() != null || address.getFragment() != null) {
                return false;
            }
            String host = address.getHost().toLowerCase(Locale.ROOT);
            boolean isLocal = List.of("127.0.0.1", "localhost", "[::1]").contains(host);
            return hosts.contains(host)
                    && ("https".equals(address.getScheme()) || isLocal && "http".equals(address.getScheme()));
        }
    }

    /** How the connection to the mail server is encrypted. */
    public enum MailSecurity {
        /** From its beginning. */
        TLS,
        /** By a command, which the server must know. */
        STARTTLS,
        /** Never. */
        NONE
    }

    /**
     * The mail server.
     *
     * @param user empty without authentication; the password likewise
     * @param from the sender's address
     * @param domains the domains of allowed recipients, in lower case
     */
    public record Mail(
            String host,
            int port,
            MailSecurity security,
            Optional<String> user,
            Optional<Secret> password,
            String from,
            List<String> domains) {
        public static final int DEFAULT_PORT = 587;

        public Mail {
            Objects.requireNonNull(security, "security");
            domains = domains.stream()
                    .map(domain -> domain.toLowerCase(Locale.ROOT))
                    .toList();
            if (port < 1 || port > 65_535) {
                throw new IllegalArgumentException("alerts.mail.port must be 1 to 65535, but is " + port);
            }
            if (user.isPresent() != password.isPresent()) {
                throw new IllegalArgumentException("alerts.mail.user needs alerts.mail.passwordVariable or"
                        + " alerts.mail.passwordFile, and the other way round");
            }
            if (user.isPresent() && security == MailSecurity.NONE) {
                throw new IllegalArgumentException("alerts.mail.security must be tls or starttls with a user,"
                        + " since the password would be readable");
            }
            if (!MailAddress.isValid(from)) {
                throw new IllegalArgumentException(
                        "alerts.mail.from must be an address such as lightflow@example.com, but is '" + from + "'");
            }
            if (domains.isEmpty()) {
                throw new IllegalArgumentException("alerts.mail.domains is empty: name the domains of recipients");
            }
        }

        boolean allows(String recipient) {
            return MailAddress.isValid(recipient) && domains.contains(MailAddress.domain(recipient));
        }
    }
}
