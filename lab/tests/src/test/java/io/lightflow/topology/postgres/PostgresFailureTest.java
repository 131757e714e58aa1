package io.lightflow.topology.postgres;

import static io.lightflow.topology.postgres.StatisticsSamples.at;
import static io.lightflow.topology.postgres.StatisticsSamples.commit;
import static io.lightflow.topology.postgres.StatisticsSamples.one;
import static io.lightflow.topology.postgres.StatisticsSamples.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.database.PostgresSettings;
import io.lightflow.database.PostgresSetupException;
import io.lightflow.lab.torture.CuttableProxy;
import io.lightflow.position.Position;
import io.lightflow.sink.FencedException;
import io.lightflow.sink.SinkUnavailableException;
import io.lightflow.statistics.Statistics;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("try") // A lock is held as long as its connection is open.
class PostgresFailureTest {
    private static final String SESSIONS = " FROM pg_stat_activity WHERE application_name = 'stats-counter-us'";
    private static final int LOCK = 4711;

    private final PostgresServer server = PostgresServer.shared();
    private final PostgresSettings settings = server.newSchema();

    private static PostgresStatisticsSink sink(PostgresSettings settings) {
        return new PostgresStatisticsSink(settings, "stats-counter", "us");
    }

    private static long impressions(PostgresSettings settings) {
        try (StatisticsTotals totals = new StatisticsTotals(settings)) {
            assertThat(totals.differences()).isEmpty();
            return totals.all().impressions;
        }
    }

    /** Lets every COMMIT wait, in its very last step, until the test gives up a lock. */
    private Connection holdUpCommits() throws Exception {
        server.execute(
                settings,
                "CREATE FUNCTION hold_up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock("
                        + LOCK + "); RETURN NULL; END $$; CREATE CONSTRAINT TRIGGER hold_up AFTER UPDATE OF position"
                        + " ON ledger DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hold_up()");
        Connection holder = server.connect(settings);
        try (Statement statement = holder.createStatement()) {
            statement.execute("SELECT pg_advisory_lock(" + LOCK + ")");
        }
        return holder;
    }

    private void awaitWaiting(String what, String condition) {
        PostgresServer.await(what, () -> !server.query(settings, "SELECT count(*)" + SESSIONS + condition)
                .equals("0"));
    }

    @Test
    void invariantA_aSessionThatIsKilledWithinItsCommitLeavesNothing() throws Exception {
        try (PostgresStatisticsSink sink = sink(settings)) {
            sink.open(0);
            try (Connection holder = holdUpCommits()) {
                CompletableFuture<Void> commit =
                        CompletableFuture.runAsync(() -> sink.commit(commit(0, 0, 10, one(7))));
                awaitWaiting("the commit is under way", " AND query = 'COMMIT' AND wait_event_type = 'Lock'");
                server.query(settings, "SELECT pg_terminate_backend(pid)" + SESSIONS + " AND query = 'COMMIT'");
                assertThatThrownBy(commit::join).hasCauseInstanceOf(SinkUnavailableException.class);
            }

            assertThat(sink.open(0)).isEqualTo(Position.START);
            sink.commit(commit(0, 0, 10, one(7)));
        }
        assertThat(impressions(settings)).isEqualTo(7);
    }

    @Test
    void invariantA_aCommitInDoubtIsWaitedForAndTheLedgerTellsThatItWasMade() throws Exception {
        try (CuttableProxy proxy = new CuttableProxy(server.port());
                PostgresStatisticsSink sink = sink(PostgresServer.through(proxy.port(), settings.schema()))) {
            sink.open(0);
            CompletableFuture<Position> reopened;
            try (Connection holder = holdUpCommits()) {
                CompletableFuture<Void> commit =
                        CompletableFuture.runAsync(() -> sink.commit(commit(0, 0, 10, one(7))));
                awaitWaiting("the commit is under way", " AND query = 'COMMIT' AND wait_event_type = 'Lock'");
                proxy.cut();
                assertThatThrownBy(commit::join).hasCauseInstanceOf(SinkUnavailableException.class);
                assertThat(impressions(settings)).isZero();

                reopened = CompletableFuture.supplyAsync(() -> sink.open(0));
                awaitWaiting("the open waits", " AND query LIKE 'INSERT INTO ledger%' AND wait_event_type = 'Lock'");
                assertThat(reopened).isNotDone();
            }

            assertThat(reopened.get(30, TimeUnit.SECONDS)).isEqualTo(at(10));
        }
        assertThat(impressions(settings)).isEqualTo(7);
    }

    @Test
    void invariantB_aZombieInTheMiddleOfItsCommitIsFencedOrFinishesBeforeTheOpenReturns() throws Exception {
        try (PostgresStatisticsSink zombie = sink(settings);
                PostgresStatisticsSink successor = sink(settings)) {
            zombie.open(0);
            CompletableFuture<Position> opened;
            try (Connection holder = holdUpCommits()) {
                CompletableFuture.runAsync(() -> zombie.commit(commit(0, 0, 10, one(7))));
                awaitWaiting("the commit is under way", " AND query = 'COMMIT' AND wait_event_type = 'Lock'");
                opened = CompletableFuture.supplyAsync(() -> successor.open(0));
                awaitWaiting("the open waits", " AND query LIKE 'INSERT INTO ledger%' AND wait_event_type = 'Lock'");
            }
            assertThat(opened.get(30, TimeUnit.SECONDS)).isEqualTo(at(10));

            assertThatThrownBy(() -> zombie.commit(commit(0, 10, 20, one(100))))
                    .isInstanceOf(FencedException.class)
                    .hasMessageContaining("shard 0 of stats-counter/us")
                    .hasMessageContaining("expected the ledger in epoch 1 at")
                    .hasMessageContaining("found epoch 2 at");
        }
        assertThat(impressions(settings)).isEqualTo(7);
    }

    @Test
    void invariantA_sessionsKilledAtAnyMomentLoseAndDoubleNothing() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        int commits = 40;
        int failures = 0;
        long usualNanos = Duration.ofMillis(50).toNanos();
        ScheduledExecutorService killer = Executors.newSingleThreadScheduledExecutor();
        try (PostgresStatisticsSink sink = sink(settings)) {
            for (long offset = -1; offset < commits * 10L; ) {
                // Every other attempt is killed, at any moment of its usual time or a little later.
                Future<?> kill = random.nextBoolean()
                        ? killer.schedule(this::killSessions, random.nextLong(usualNanos * 3 / 2), TimeUnit.NANOSECONDS)
                        : CompletableFuture.completedFuture(null);
                try {
                    if (offset < 0) {
                        offset = sink.open(0).nextOffset("us.joined.clicks", 0x1a2b3c4d);
                    }
                    if (offset < commits * 10L) {
                        int minute = (int) offset / 10;
                        Statistics statistics = random(random, 4_000, minute, minute + 4, 1_500);
                        long begun = System.nanoTime();
                        sink.commit(commit(0, offset, offset + 10, statistics));
                        usualNanos = (usualNanos + System.nanoTime() - begun) / 2;
                        offset += 10;
                    }
                } catch (SinkUnavailableException e) {
                    failures++;
                    offset = -1;
                }
                kill.get();
            }
        } finally {
            killer.shutdownNow();
        }
        System.out.println(failures + " of the attempts were killed");

        assertThat(failures).isPositive();
        assertThat(impressions(settings)).isEqualTo(4_000L * commits);
    }

    private void killSessions() {
        server.query(settings, "SELECT count(pg_terminate_backend(pid))" + SESSIONS);
    }

    @Test
    void invariantA_aRestartOfPostgresLosesAndDoublesNothing(@TempDir Path folder) {
        try (PostgresServer own = new PostgresServer(folder)) {
            own.start();
            PostgresSettings there = own.newSchema();
            try (PostgresStatisticsSink sink = sink(there)) {
                sink.open(0);
                sink.commit(commit(0, 0, 10, one(7)));
                own.stop();

                long before = System.nanoTime();
                assertThatThrownBy(() -> sink.commit(commit(0, 10, 20, one(5))))
                        .isInstanceOf(SinkUnavailableException.class);
                assertThatThrownBy(() -> sink.open(0)).isInstanceOf(SinkUnavailableException.class);
                assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(10));

                own.start();
                assertThat(sink.open(0)).isEqualTo(at(10));
                sink.commit(commit(0, 10, 20, one(5)));
            }
            assertThat(impressions(there)).isEqualTo(12);
        }
    }

    @Test
    void aSinkCanBeMadeWhilePostgresIsAway() throws Exception {
        int free;
        try (java.net.ServerSocket socket = new java.net.ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        try (PostgresStatisticsSink sink = sink(PostgresServer.through(free, "public"))) {
            assertThatThrownBy(() -> sink.open(0))
                    .isInstanceOf(SinkUnavailableException.class)
                    .hasMessageStartingWith("cannot open shard 0 of stats-counter/us in the ledger now: ");
        }
    }

    @Test
    void aMissingSchemaIsFatalAndSaysWhatToDo() {
        try (PostgresStatisticsSink sink = sink(server.unmigrated(server.port()))) {
            assertThatThrownBy(() -> sink.open(0))
                    .isInstanceOf(PostgresSetupException.class)
                    .hasMessageContaining("migrate the schema first");
        }
    }

    @Test
    void aMissingDatabaseAndAMissingRightAreFatal() {
        PostgresSettings elsewhere =
                new PostgresSettings("jdbc:postgresql://127.0.0.1:" + server.port() + "/nowhere", "postgres", "secret");
        try (PostgresStatisticsSink sink = sink(elsewhere)) {
            assertThatThrownBy(() -> sink.open(0))
                    .isInstanceOf(PostgresSetupException.class)
                    .hasMessageContaining("Create the database first")
                    .hasMessageNotContaining("secret");
        }
        server.execute(
                settings,
                "DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN; GRANT USAGE ON SCHEMA " + settings.schema()
                        + " TO reader");
        PostgresSettings reader = new PostgresSettings(
                settings.jdbcUrl(),
                "reader",
                "",
                settings.schema(),
                1,
                settings.connectTimeout(),
                settings.statementTimeout());
        try (PostgresStatisticsSink sink = sink(reader)) {
            assertThatThrownBy(() -> sink.open(0))
                    .isInstanceOf(PostgresSetupException.class)
                    .hasMessageContaining("Grant the role what it needs");
        } finally {
            server.execute(settings, "DROP OWNED BY reader; DROP ROLE reader");
        }
    }
}
