package io.lightflow.deploy.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.deploy.embedded.EmbeddedPostgresSettings.AtJvmExit;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresServerTest {
    /** Unpacked once for all tests. */
    private static final Path BINARIES =
            Path.of("../../target/postgresql").toAbsolutePath().normalize();

    @TempDir
    Path directory;

    private Process otherJvm;

    @AfterEach
    void endTheOtherJvm() {
        if (otherJvm != null) {
            otherJvm.destroyForcibly();
        }
    }

    @Test
    @SuppressWarnings("try")
    void aRestartKeepsRowsAndThePort() throws SQLException {
        try (EmbeddedPostgresServer server = new EmbeddedPostgresServer(settings())) {
            server.start();
            String url = server.jdbcUrl();
            execute(url, "CREATE TABLE ledger AS SELECT 42 AS position");
            server.close();

            server.start();

            assertThat(server.jdbcUrl()).isEqualTo(url);
            assertThat(query(url, "SELECT position FROM ledger")).isEqualTo("42");
        }
    }

    @Test
    void whatItCommitsIsOnDisk() throws SQLException {
        try (EmbeddedPostgresServer server = new EmbeddedPostgresServer(settings())) {
            server.start();
            for (String setting : new String[] {"fsync", "synchronous_commit", "full_page_writes"}) {
                assertThat(query(server.jdbcUrl(), "SHOW " + setting))
                        .as(setting)
                        .isEqualTo("on");
            }
        }
    }

    @Test
    void settingsOfTheCallerWin() throws SQLException {
        EmbeddedPostgresSettings settings =
                settings().with("shared_buffers", "32MB").with("application_name", "it's a test");
        try (EmbeddedPostgresServer server = new EmbeddedPostgresServer(settings)) {
            server.start();
            assertThat(query(server.jdbcUrl(), "SHOW shared_buffers")).isEqualTo("32MB");
        }
    }

    @Test
    void aServerWhoseJvmWasKilledIsStoppedAndItsRowsAreKept() throws Exception {
        Process jvm = startInAnotherJvm(AtJvmExit.STOP);
        long postgres = awaitUrl(jvm).processId();
        jvm.destroyForcibly().waitFor();
        assertThat(ProcessHandle.of(postgres))
                .as("the server that was left behind")
                .isPresent();

        try (EmbeddedPostgresServer server = new EmbeddedPostgresServer(settings())) {
            server.start();
            assertThat(query(server.jdbcUrl(), "SELECT position FROM ledger")).isEqualTo("42");
            assertThat(server.processId()).isNotEqualTo(postgres);
        }
    }

    @Test
    @SuppressWarnings("try")
    void aStaleProcessIdOfAnotherProgramDoesNotStopIt() throws Exception {
        try (EmbeddedPostgresServer server = new EmbeddedPostgresServer(settings())) {
            server.start();
            server.close();
            Files.writeString(
                    directory.resolve("data/postmaster.pid"),
                    ProcessHandle.current().pid() + "\n");
            server.start();
            assertThat(query(server.jdbcUrl(), "SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void itStopsWhenItsJvmIsToldToEnd() throws Exception {
        Process jvm = startInAnotherJvm(AtJvmExit.STOP);
        ProcessHandle postgres = ProcessHandle.of(awaitUrl(jvm).processId()).orElseThrow();
        jvm.destroy();
        assertThat(jvm.waitFor(60, TimeUnit.SECONDS)).isTrue();
        Await.until("PostgreSQL has stopped", Duration.ofSeconds(20), () -> !postgres.isAlive());
    }

    private EmbeddedPostgresSettings settings() {
        return EmbeddedPostgresSettings.in(directory).withBinaries(BINARIES);
    }

    private record Running(String url, long processId) {}

    private Process startInAnotherJvm(AtJvmExit atJvmExit) throws Exception {
        otherJvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        OtherJvm.class.getName(),
                        directory.toString(),
                        atJvmExit.name())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        return otherJvm;
    }

    private static Running awaitUrl(Process jvm) throws Exception {
        BufferedReader output = jvm.inputReader();
        return new Running(output.readLine(), Long.parseLong(output.readLine()));
    }

    /** Starts a server, says where it is, and waits to be killed. */
    static final class OtherJvm {
        public static void main(String[] arguments) throws Exception {
            EmbeddedPostgresServer server =
                    new EmbeddedPostgresServer(EmbeddedPostgresSettings.in(Path.of(arguments[0]))
                            .withBinaries(BINARIES)
                            .with(AtJvmExit.valueOf(arguments[1])));
            server.start();
            execute(server.jdbcUrl(), "CREATE TABLE ledger AS SELECT 42 AS position");
            System.out.println(server.jdbcUrl());
            System.out.println(server.processId());
            Thread.currentThread().join();
        }
    }

    private static void execute(String url, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String query(String url, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getString(1);
        }
    }
}
