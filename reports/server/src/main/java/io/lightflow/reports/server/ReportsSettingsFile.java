package io.lightflow.reports.server;

import static io.lightflow.service.settings.SettingsFile.duration;
import static io.lightflow.service.settings.SettingsFile.orElse;
import static io.lightflow.service.settings.SettingsFile.require;

import io.lightflow.reports.alert.AlertSettings;
import io.lightflow.reports.alert.AlertSettings.MailSecurity;
import io.lightflow.reports.gate.StalePolicy;
import io.lightflow.reports.http.ReportsAccount;
import io.lightflow.reports.http.ReportsAccounts;
import io.lightflow.reports.http.ReportsRole;
import io.lightflow.reports.login.OpenIdSettings;
import io.lightflow.reports.login.OpenIdSettings.ClaimMapping;
import io.lightflow.reports.query.QuerySettings;
import io.lightflow.service.access.SecretLength;
import io.lightflow.service.access.TokenHash;
import io.lightflow.service.access.TokenSource;
import io.lightflow.service.http.HttpLimits;
import io.lightflow.service.http.HttpSettings;
import io.lightflow.service.http.ServerTlsSettings;
import io.lightflow.service.settings.SettingsFile;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reads {@link ReportsSettings} from YAML. An unknown key or a missing or invalid value is an error that names the key.
 * The file contains no secrets, only their hashes, or the names of environment variables or files that contain them.
 */
public final class ReportsSettingsFile {
    private static final Map<String, MailSecurity> MAIL_SECURITY =
            Map.of("starttls", MailSecurity.STARTTLS, "tls", MailSecurity.TLS, "none", MailSecurity.NONE);

    private final Map<String, String> environment;

    private ReportsSettingsFile(Map<String, String> environment) {
        this.environment = environment;
    }

    private record Document(
            String bind,
            Integer port,
            Database replica,
            Database primary,
            String statementTimeout,
            Integer maxRequestBytes,
            Integer maxConnections,
            Integer maxRequestsPerSecond,
            ServerTlsSettings.Document tls,
            List<Entry> access,
            Budgets budgets,
            Queries queries,
            List<String> monitors,
            Alerts alerts,
            OpenId openId) {}

    private record Database(
            String url,
            String user,
            String passwordVariable,
            String passwordFile,
            String schema,
            Integer poolSize,
            String timeout) {}

    private record Budgets(String listenUrl, String poll, String maxAge, String maxLag, String whenStale) {}

    private record Queries(
            List<String> groups,
            Integer processes,
            Integer memoryMb,
            Integer diskMb,
            Integer copiesMb,
            Integer threads,
            String timeout,
            Long maxRows,
            Long maxUnarchived,
            String temporary) {}

    private record Alerts(String interval, String url, Webhooks webhooks, Mail mail) {}

    private record Webhooks(List<String> hosts, String secretVariable, String secretFile) {}

    private record Mail(
            String host,
            Integer port,
            String security,
            String user,
            String passwordVariable,
            String passwordFile,
            String from,
            List<String> domains) {}

    private record OpenId(
            String issuer,
            String clientId,
            String clientSecretVariable,
            String clientSecretFile,
            String url,
            String title,
            List<String> scopes,
            String nameClaim,
            String roleClaim,
            Map<String, String> roles,
            String advertiserClaim) {}

    private record Entry(
            String name, String tokenVariable, String tokenFile, String tokenSha256, String role, String advertiser) {}

    /** @throws IllegalArgumentException if the file is unreadable or invalid; the message names file and key */
    public static ReportsSettings read(Path file, Map<String, String> environment) {
        return SettingsFile.read(file, "the reports", yaml -> parse(yaml, environment));
    }

    static ReportsSettings parse(String yaml, Map<String, String> environment) {
        return new ReportsSettingsFile(environment).settings(SettingsFile.document(yaml, Document.class));
    }

    private ReportsSettings settings(Document document) {
        return new ReportsSettings(
                new HttpSettings(
                        orElse(document.bind(), HttpSettings.DEFAULT_BIND),
                        orElse(document.port(), ReportsSettings.DEFAULT_PORT),
                        orElse(document.maxRequestBytes(), ReportsSettings.DEFAULT_MAX_REQUEST_BYTES),
                        new HttpLimits(
                                orElse(document.maxConnections(), HttpLimits.DEFAULT.maxConnections()),
                                orElse(document.maxRequestsPerSecond(), HttpLimits.DEFAULT.maxRequestsPerSecond())),
                        Optional.ofNullable(document.tls()).map(tls -> tls.settings(environment))),
                database(require(document.replica(), "replica"), "replica"),
                Optional.ofNullable(document.primary()).map(primary -> database(primary, "primary")),
                duration(document.statementTimeout(), "statementTimeout", ReportsSettings.DEFAULT_STATEMENT_TIMEOUT),
                access(document.access()),
                document.budgets() == null ? BudgetSettings.DEFAULT : budgets(document.budgets()),
                Optional.ofNullable(document.queries()).map(ReportsSettingsFile::queries),
                document.monitors() == null
                        ? List.of()
                        : SettingsFile.list(document.monitors(), "monitors", ReportsSettingsFile::url),
                Optional.ofNullable(document.alerts()).map(this::alerts),
                Optional.ofNullable(document.openId()).map(this::openId));
    }

    private OpenIdSettings openId(OpenId openId) {
        Map<String, ReportsRole> roles = new LinkedHashMap<>();
        require(openId.roles(), "openId.roles")
                .forEach((value, role) -> roles.put(value, role(role, "openId.roles." + value)));
        return new OpenIdSettings(
                url(require(openId.issuer(), "openId.issuer"), "openId.issuer"),
                require(openId.clientId(), "openId.clientId"),
                SettingsFile.secret(
                        environment, openId.clientSecretVariable(), openId.clientSecretFile(), "openId.clientSecret"),
                url(require(openId.url(), "openId.url"), "openId.url"),
                orElse(openId.title(), OpenIdSettings.DEFAULT_TITLE),
                orElse(openId.scopes(), OpenIdSettings.DEFAULT_SCOPES),
                new ClaimMapping(
                        orElse(openId.nameClaim(), ClaimMapping.DEFAULT_NAME),
                        orElse(openId.roleClaim(), ClaimMapping.DEFAULT_ROLE),
                        roles,
                        Optional.ofNullable(openId.advertiserClaim())));
    }

    private AlertSettings alerts(Alerts alerts) {
        return new AlertSettings(
                duration(alerts.interval(), "alerts.interval", AlertSettings.DEFAULT_INTERVAL),
                Optional.ofNullable(alerts.url()).map(url -> url(url, "alerts.url")),
                Optional.ofNullable(alerts.webhooks()).map(this::webhooks),
                Optional.ofNullable(alerts.mail()).map(this::mail));
    }

    private AlertSettings.Webhooks webhooks(Webhooks webhooks) {
        return new AlertSettings.Webhooks(
                require(webhooks.hosts(), "alerts.webhooks.hosts"),
                SettingsFile.secret(
                        environment,
                        webhooks.secretVariable(),
                        webhooks.secretFile(),
                        "alerts.webhooks.secret",
                        SecretLength::require));
    }

    private AlertSettings.Mail mail(Mail mail) {
        boolean hasPassword = mail.passwordVariable() != null || mail.passwordFile() != null;
        String security = orElse(mail.security(), "starttls");
        if (!MAIL_SECURITY.containsKey(security)) {
            throw new IllegalArgumentException(
                    "alerts.mail.security must be starttls, tls or none, but is '" + security + "'");
        }
        return new AlertSettings.Mail(
                require(mail.host(), "alerts.mail.host"),
                orElse(mail.port(), AlertSettings.Mail.DEFAULT_PORT),
                MAIL_SECURITY.get(security),
                Optional.ofNullable(mail.user()),
                hasPassword
                        ? Optional.of(SettingsFile.secret(
                                environment, mail.passwordVariable(), mail.passwordFile(), "alerts.mail.password"))
                        : Optional.empty(),
                require(mail.from(), "alerts.mail.from"),
                require(mail.domains(), "alerts.mail.domains"));
    }

    private static URI url(String text, String key) {
        try {
            return URI.create(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    key + " must be a URL such as http://127.0.0.1:9460, but is '" + text + "'", e);
        }
    }

    private static QuerySettings queries(Queries queries) {
        QuerySettings defaults = QuerySettings.of(SettingsFile.list(
                require(queries.groups(), "queries.groups"), "queries.groups", (file, key) -> Path.of(file)));
        return new QuerySettings(
                defaults.groups(),
                orElse(queries.processes(), defaults.processes()),
                orElse(queries.memoryMb(), defaults.memoryMb()),
                orElse(queries.diskMb(), defaults.diskMb()),
                orElse(queries.copiesMb(), defaults.copiesMb()),
                orElse(queries.threads(), defaults.threads()),
                duration(queries.timeout(), "queries.timeout", defaults.timeout()),
                orElse(queries.maxRows(), defaults.maxRows()),
                orElse(queries.maxUnarchived(), defaults.maxUnarchived()),
                queries.temporary() == null ? defaults.temporary() : Path.of(queries.temporary()));
    }

    private DatabaseSettings database(Database database, String key) {
        return new DatabaseSettings(
                require(database.url(), key + ".url"),
                require(database.user(), key + ".user"),
                database.passwordVariable() == null && database.passwordFile() == null
                        ? null
                        : SettingsFile.secret(
                                environment, database.passwordVariable(), database.passwordFile(), key + ".password"),
                orElse(database.schema(), DatabaseSettings.DEFAULT_SCHEMA),
                orElse(database.poolSize(), DatabaseSettings.DEFAULT_POOL_SIZE),
                duration(database.timeout(), key + ".timeout", DatabaseSettings.DEFAULT_TIMEOUT));
    }

    private static BudgetSettings budgets(Budgets budgets) {
        BudgetSettings defaults = BudgetSettings.DEFAULT;
        return new BudgetSettings(
                Optional.ofNullable(budgets.listenUrl()),
                duration(budgets.poll(), "budgets.poll", defaults.poll()),
                duration(budgets.maxAge(), "budgets.maxAge", defaults.maxAge()),
                "none".equals(budgets.maxLag())
                        ? Optional.empty()
                        : Optional.of(duration(
                                budgets.maxLag(),
                                "budgets.maxLag, unless it is none,",
                                defaults.maxLag().orElseThrow())),
                switch (orElse(budgets.whenStale(), "refuse")) {
                    case "refuse" -> StalePolicy.REFUSE;
                    case "allow" -> StalePolicy.ALLOW;
                    default ->
                        throw new IllegalArgumentException(
                                "budgets.whenStale must be refuse or allow, but is '" + budgets.whenStale() + "'");
                });
    }

    private ReportsAccounts access(List<Entry> entries) {
        if (entries == null) {
            return ReportsAccounts.UNRESTRICTED;
        }
        if (entries.isEmpty()) {
            throw new IllegalArgumentException("access is empty: add accounts, or omit it for unrestricted access");
        }
        return new ReportsAccounts(SettingsFile.list(entries, "access", this::account));
    }

    private ReportsAccount account(Entry entry, String key) {
        ReportsRole role = role(entry.role(), key + ".role");
        return new ReportsAccount(
                require(entry.name(), key + ".name"), token(entry, key), role, Optional.ofNullable(entry.advertiser()));
    }

    private static ReportsRole role(String label, String key) {
        return switch (require(label, key)) {
            case "viewer" -> ReportsRole.VIEWER;
            case "analyst" -> ReportsRole.ANALYST;
            case "manager" -> ReportsRole.MANAGER;
            default ->
                throw new IllegalArgumentException(key + " must be viewer, analyst or manager, but is '" + label + "'");
        };
    }

    private TokenSource token(Entry entry, String key) {
        long ways = Stream.of(entry.tokenVariable(), entry.tokenFile(), entry.tokenSha256())
                .filter(Objects::nonNull)
                .count();
        if (ways != 1) {
            throw new IllegalArgumentException(
                    key + " must have one of tokenVariable, tokenFile and tokenSha256, but has " + ways);
        }
        if (entry.tokenSha256() != null) {
            try {
                return TokenHash.ofHex(entry.tokenSha256());
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(key + ": " + e.getMessage(), e);
            }
        }
        return TokenSource.of(
                SettingsFile.secret(
                        environment, entry.tokenVariable(), entry.tokenFile(), key + ".token", SecretLength::require),
                TokenHash::of);
    }
}
