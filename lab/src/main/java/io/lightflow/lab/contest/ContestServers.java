package io.lightflow.lab.contest;

import io.lightflow.deploy.embedded.EmbeddedPostgresServer;
import io.lightflow.deploy.embedded.EmbeddedPostgresSettings;
import io.lightflow.deploy.local.ForkedKafka;
import io.lightflow.event.EventType;
import io.lightflow.lab.measure.BenchStack;
import io.lightflow.lab.measure.ProcessUsage;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/** The one broker and the one PostgreSQL that all contestants use in turn. */
final class ContestServers implements AutoCloseable {
    private static final int BROKER_HEAP_MB = 512;
    private static final Duration PAUSE = Duration.ofSeconds(3);

    /** What happens to the input topics between two runs. */
    enum Inputs {
        KEPT,
        EMPTIED
    }

    private final ForkedKafka kafka;
    private final EmbeddedPostgresServer postgres;
    private Admin admin;

    ContestServers(Path data) {
        kafka = new ForkedKafka(data.resolve("kafka"), BROKER_HEAP_MB);
        postgres = new EmbeddedPostgresServer(EmbeddedPostgresSettings.in(data.resolve("postgres"))
                // Tells when the last row was committed.
                .with("track_commit_timestamp", "on"));
    }

    void start() {
        postgres.start();
        kafka.start();
        admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
        createTopics(inputTopics());
    }

    static List<String> inputTopics() {
        List<String> topics = new ArrayList<>();
        for (String dc : BenchStack.GROUP.dcs()) {
            for (EventType type : EventType.values()) {
                topics.add(type.centralTopic(dc));
            }
        }
        return topics;
    }

    /** Creates the missing topics. */
    void createTopics(Collection<String> topics) {
        new RunningKafka(kafka.bootstrapServers())
                .createTopics(topics.stream()
                        .map(topic -> new NewTopic(topic, BenchStack.SHARDS, (short) 1))
                        .toList());
    }

    /** Deletes what the former contestant has left, and lets the disk come to rest. */
    void reset(Inputs inputs) throws Exception {
        deleteTopics(inputs);
        if (inputs == Inputs.EMPTIED) {
            createTopics(inputTopics());
        }
        try (Connection connection = DriverManager.getConnection(postgres.jdbcUrlOf("postgres"));
                Statement statement = connection.createStatement()) {
            statement.execute("DROP DATABASE IF EXISTS " + EmbeddedPostgresServer.DATABASE + " WITH (FORCE)");
            statement.execute("CREATE DATABASE " + EmbeddedPostgresServer.DATABASE);
            statement.execute("CHECKPOINT");
        }
        new ProcessBuilder("sync").start().waitFor();
        Thread.sleep(PAUSE.toMillis());
        ProcessUsage.forgetPeak(kafka.processId());
        ProcessUsage.forgetPeak(postgres.processId());
    }

    private void deleteTopics(Inputs inputs) throws ExecutionException, InterruptedException {
        Set<String> topics = admin.listTopics().names().get();
        if (inputs == Inputs.KEPT) {
            topics.removeAll(inputTopics());
        }
        admin.deleteTopics(topics).all().get();
        while (admin.listTopics().names().get().stream().anyMatch(topics::contains)) {
            Thread.sleep(100);
        }
    }

    Admin admin() {
        return admin;
    }

    String bootstrapServers() {
        return kafka.bootstrapServers();
    }

    /** The JDBC URL of the contestant's database, with its user. */
    String jdbcUrl() {
        return postgres.jdbcUrl();
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(jdbcUrl());
    }

    long postgresProcessId() {
        return postgres.processId();
    }

    /** The usage of broker and PostgreSQL so far; a contestant's begins with its process. */
    Map<Part, ProcessUsage> usageBeforeStart() {
        return usage(new ProcessUsage(0, 0));
    }

    /** The usage of a contestant, the broker and PostgreSQL so far. */
    Map<Part, ProcessUsage> usage(ContestantProcess process) {
        return usage(process.usage());
    }

    private Map<Part, ProcessUsage> usage(ProcessUsage contestant) {
        Map<Part, ProcessUsage> usage = new LinkedHashMap<>();
        usage.put(Part.CONTESTANT, contestant);
        usage.put(Part.BROKER, ProcessUsage.of(kafka.processId()));
        usage.put(Part.POSTGRES, ProcessUsage.of(postgres.processId()));
        return usage;
    }

    @Override
    public void close() {
        if (admin != null) {
            admin.close(Duration.ZERO);
        }
        try {
            kafka.close();
        } finally {
            postgres.close();
        }
    }
}
