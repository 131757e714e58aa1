package io.lightflow.topology.postgres;

import io.lightflow.database.PostgresSettings;
import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Statistics;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/**
 * What a minute row costs, all in: about a million of them from 2.1 million events over two hours, in a few large
 * commits whose minutes overlap, against a PostgreSQL that forces its log to disk. Arguments: commits (4), minutes by
 * which each reaches back into the one before (1).
 */
final class StatisticsSinkBenchmark {
    private static final int MINUTES = 120;
    private static final int EVENTS_A_MINUTE = 17_500;
    private static final int DIMENSIONS = 12_000;

    private StatisticsSinkBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        int commits = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 4;
        int overlap = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1;
        Path folder = Files.createTempDirectory("lightflow-benchmark");
        try (PostgresServer server = new PostgresServer(folder)) {
            server.start();
            run(server, folder, commits, overlap);
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
        }
    }

    private static void run(PostgresServer server, Path folder, int commits, int overlap) throws IOException {
        PostgresSettings settings = server.newSchema();
        long postmaster = Long.parseLong(
                Files.readAllLines(folder.resolve("data/postmaster.pid")).get(0));
        Random random = new Random(1);
        long rows = 0;
        Duration wall = Duration.ZERO;
        Duration client = Duration.ZERO;
        Duration postgres = Duration.ZERO;
        try (PostgresStatisticsSink sink = new PostgresStatisticsSink(settings, "stats-counter", "us")) {
            sink.open(0);
            for (int i = 0; i < commits; i++) {
                int from = Math.max(0, i * MINUTES / commits - overlap);
                int to = (i + 1) * MINUTES / commits;
                Statistics statistics =
                        StatisticsSamples.random(random, EVENTS_A_MINUTE * (to - from), from, to, DIMENSIONS);
                rows += statistics.size();
                System.gc();
                Duration clientBefore = ownCpu();
                Duration postgresBefore = cpuOf(postmaster);
                long begun = System.nanoTime();
                sink.commit(StatisticsSamples.commit(0, i * 10L, i * 10L + 10, statistics));
                wall = wall.plusNanos(System.nanoTime() - begun);
                client = client.plus(ownCpu()).minus(clientBefore);
                postgres = postgres.plus(cpuOf(postmaster)).minus(postgresBefore);
            }
        }
        try (StatisticsTotals totals = new StatisticsTotals(settings)) {
            Counts all = totals.all();
            List<String> differences = totals.differences();
            System.out.printf(
                    "%d commits, %d rows sent, %s rows stored, %d events; us a row: wall %.2f, PostgreSQL %.2f,"
                            + " client %.2f; tables %s%n",
                    commits,
                    rows,
                    server.query(settings, "SELECT count(*) FROM stats_minute"),
                    all.impressions,
                    wall.toNanos() / 1e3 / rows,
                    postgres.toNanos() / 1e3 / rows,
                    client.toNanos() / 1e3 / rows,
                    differences.isEmpty() ? "agree" : "differ: " + differences);
        }
    }

    private static Duration ownCpu() {
        com.sun.management.OperatingSystemMXBean system =
                (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return Duration.ofNanos(system.getProcessCpuTime());
    }

    /** Of the postmaster, its children and those that have ended; Linux counts it in hundredths of a second. */
    static Duration cpuOf(long postmaster) throws IOException {
        long ticks = 0;
        long[] family = ProcessHandle.allProcesses()
                .filter(process -> process.pid() == postmaster
                        || process.parent().map(ProcessHandle::pid).equals(Optional.of(postmaster)))
                .mapToLong(ProcessHandle::pid)
                .toArray();
        for (long pid : family) {
            try {
                String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
                String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
                ticks += Arrays.stream(fields, 11, pid == postmaster ? 15 : 13)
                        .mapToLong(Long::parseLong)
                        .sum();
            } catch (NoSuchFileException e) {
                // Ended just now: the next measurement finds its share with the postmaster.
            }
        }
        return Duration.ofMillis(ticks * 10);
    }
}
