package io.lightflow.lab.torture;

import io.lightflow.deploy.cluster.Cluster;
import io.lightflow.deploy.cluster.Deadline;
import io.lightflow.deploy.cluster.StormWorker;
import io.lightflow.lab.stock.CountTable;
import io.lightflow.lab.stock.StockTopology;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Kills the worker process of the stock topology at chosen moments. There is one worker at a time. Confined to one
 * thread.
 */
final class StockWorkers {
    private static final Duration REPLACED_WITHIN = Duration.ofSeconds(10);
    private static final Duration OPPORTUNITY_WITHIN = Duration.ofSeconds(60);
    private static final Pattern CAUSE = Pattern.compile("Caused by: [\\w.$]*?(\\w+(?:Exception|Error)(?:: .*)?)");

    private final Cluster cluster;
    private final StockTrident trident;

    StockWorkers(Cluster cluster, StockTrident trident) {
        this.cluster = cluster;
        this.trident = trident;
    }

    /** Kills the worker while a table lock blocks its write of counts. */
    StormWorker killInTheMiddleOfACommit() throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(cluster.endpoints().jdbcUrl());
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("LOCK TABLE " + CountTable.NAME + " IN EXCLUSIVE MODE");
            opportunity("the topology to write to PostgreSQL", () -> isWaitedFor(statement));
            StormWorker killed = one();
            killed.kill();
            opportunity("the worker to exit", () -> !killed.isAlive());
            connection.rollback();
            return killed;
        }
    }

    private static boolean isWaitedFor(Statement statement) {
        try (ResultSet row = statement.executeQuery("SELECT count(*) FROM pg_locks WHERE NOT granted")) {
            return row.next() && row.getInt(1) > 0;
        } catch (SQLException e) {
            throw new IllegalStateException("Reading PostgreSQL's locks failed: " + e.getMessage(), e);
        }
    }

    /** Kills the worker when it has recorded a batch in ZooKeeper for some partitions and not for others. */
    StormWorker killBetweenTwoPartitions() throws Exception {
        return killWhen(
                "a batch to be recorded for some partitions only", StockTrident.Connected::isBetweenTwoPartitions);
    }

    /** Kills the worker when it has recorded a batch in ZooKeeper for all partitions and has not finished it. */
    StormWorker killWithABatchNoted() throws Exception {
        return killWhen("a batch to be recorded for all partitions", StockTrident.Connected::isNotedAndOpen);
    }

    private StormWorker killWhen(String what, Predicate<StockTrident.Connected> condition) throws Exception {
        StormWorker worker = one();
        trident.connected(zooKeeper -> {
            opportunity(what, () -> {
                worker.freeze();
                if (condition.test(zooKeeper)) {
                    return true;
                }
                worker.resume();
                return false;
            });
            return null;
        });
        worker.kill();
        return worker;
    }

    private static void opportunity(String what, Deadline.Condition condition) {
        if (!Deadline.in(OPPORTUNITY_WITHIN).await(condition)) {
            throw new IllegalStateException("Timed out after %s waiting for %s".formatted(OPPORTUNITY_WITHIN, what));
        }
    }

    private StormWorker one() {
        opportunity("a worker of the stock topology", () -> all().findAny().isPresent());
        return all().findAny().orElseThrow();
    }

    Stream<StormWorker> all() {
        return cluster.workers().stream().filter(worker -> worker.topology().equals(StockTopology.NAME));
    }

    /** The most frequent error in the worker logs; empty if there is none. */
    Optional<String> commonestError() {
        List<StormWorker> found = new ArrayList<>();
        // No worker is running between two failing workers.
        Deadline.in(REPLACED_WITHIN).await(() -> found.addAll(all().toList()));
        return found.stream()
                .map(worker -> cluster.logsOf(worker).resolve("worker.log"))
                .filter(Files::exists)
                .flatMap(StockWorkers::errors)
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()))
                .entrySet()
                .stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey);
    }

    private static Stream<String> errors(Path log) {
        try (Stream<String> lines = Files.lines(log, StandardCharsets.ISO_8859_1)) {
            return lines.map(CAUSE::matcher).filter(Matcher::matches).map(line -> line.group(1)).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException("Reading " + log + " failed", e);
        }
    }
}
