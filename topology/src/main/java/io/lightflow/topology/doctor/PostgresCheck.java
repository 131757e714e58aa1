package io.lightflow.topology.doctor;

import io.lightflow.time.Durations;
import io.lightflow.topology.settings.PostgresSection;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Properties;

/** Checks PostgreSQL: version, role, durability, replication, room for connections, and its clock. */
final class PostgresCheck {
    private static final int OLDEST_VERSION = 15;
    private static final int TESTED_VERSION = 18;
    private static final String CONNECT_TIMEOUT_SECONDS = "10";
    private static final Duration MAX_CLOCK_DIFFERENCE = Duration.ofSeconds(1);
    private static final int MIN_FREE_CONNECTIONS = 10;

    private final PostgresSection settings;
    private final InstantSource clock;

    PostgresCheck(PostgresSection settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
    }

    void run(Findings findings) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", settings.user());
        properties.setProperty("password", settings.password());
        properties.setProperty("connectTimeout", CONNECT_TIMEOUT_SECONDS);
        properties.setProperty("socketTimeout", CONNECT_TIMEOUT_SECONDS);
        try (Connection connection = DriverManager.getConnection(settings.url(), properties);
                Statement statement = connection.createStatement()) {
            version(statement, findings);
            role(statement, findings);
            durability(statement, findings);
            replication(statement, findings);
            connections(statement, findings);
            clock(statement, findings);
        }
    }

    private static String one(Statement statement, String query) throws SQLException {
        try (ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }

    private static boolean isTrue(Statement statement, String query) throws SQLException {
        return one(statement, query).equals("t");
    }

    private static void version(Statement statement, Findings findings) throws SQLException {
        int version = Integer.parseInt(one(statement, "SHOW server_version_num")) / 10_000;
        String fact = "version " + one(statement, "SHOW server_version") + ", database of "
                + one(statement, "SELECT pg_size_pretty(pg_database_size(current_database()))");
        findings.expect(
                version >= OLDEST_VERSION,
                fact,
                "upgrade PostgreSQL to " + OLDEST_VERSION + " or newer; " + TESTED_VERSION + " is tested");
    }

    private static void role(Statement statement, Findings findings) throws SQLException {
        if (isTrue(statement, "SELECT pg_is_in_recovery()")) {
            findings.error("this is a replica, which takes no writes", "let postgres.url name the primary");
            return;
        }
        String user = one(statement, "SELECT current_user");
        findings.expect(
                isTrue(statement, "SELECT has_schema_privilege('public', 'CREATE')"),
                "user " + user + " may create tables in schema public",
                "allow it with: GRANT CREATE ON SCHEMA public TO \"" + user + "\";");
        findings.expect(
                isTrue(statement, "SELECT has_database_privilege(current_database(), 'TEMP')"),
                "user " + user + " may create temporary tables",
                "allow it with: GRANT TEMPORARY ON DATABASE \"" + one(statement, "SELECT current_database()")
                        + "\" TO \"" + user + "\";");
    }

    private static void durability(Statement statement, Findings findings) throws SQLException {
        for (String setting : new String[] {"fsync", "full_page_writes", "synchronous_commit"}) {
            String value = one(statement, "SHOW " + setting);
            if (value.equals("off")) {
                findings.error(
                        setting + " is off, so a crash may lose committed statistics",
                        "set it with: ALTER SYSTEM SET " + setting + " = on; SELECT pg_reload_conf();");
            }
        }
    }

    private static void replication(Statement statement, Findings findings) throws SQLException {
        int replicas = Integer.parseInt(one(statement, "SELECT count(*) FROM pg_stat_replication"));
        if (replicas > 0) {
            findings.ok(replicas + (replicas == 1 ? " replica" : " replicas") + ", synchronous: '"
                    + one(statement, "SHOW synchronous_standby_names") + "'");
        } else {
            findings.warning(
                    "no replica is connected, so a lost disk loses the statistics since the last backup",
                    "add a standby, or count the statistics again as docs/operating/backup.md describes");
        }
    }

    private static void connections(Statement statement, Findings findings) throws SQLException {
        int most = Integer.parseInt(one(statement, "SHOW max_connections"));
        int used = Integer.parseInt(
                one(statement, "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"));
        String fact = used + " of " + most + " connections are used";
        if (most - used >= MIN_FREE_CONNECTIONS) {
            findings.ok(fact);
        } else {
            findings.warning(fact, "raise max_connections, or end idle clients");
        }
    }

    private void clock(Statement statement, Findings findings) throws SQLException {
        long before = clock.millis();
        long there = (long) (Double.parseDouble(one(statement, "SELECT extract(epoch FROM clock_timestamp())")) * 1e3);
        long after = clock.millis();
        Duration difference = Duration.ofMillis(Math.max(0, Math.max(before - there, there - after)));
        String fact = "its clock and this machine's differ by " + Durations.format(difference);
        if (difference.compareTo(MAX_CLOCK_DIFFERENCE) <= 0) {
            findings.ok(fact);
        } else {
            findings.warning(fact, "synchronize the clocks of all machines, such as with chrony");
        }
    }
}
