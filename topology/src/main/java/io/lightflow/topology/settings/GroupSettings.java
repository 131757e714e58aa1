package io.lightflow.topology.settings;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.lightflow.copy.CopyRule;
import io.lightflow.join.JoinSettings;
import io.lightflow.secret.KafkaSecrets;
import io.lightflow.secret.SecretReferences;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The settings of a group: all that its topologies need to know, read from one YAML file. The settings reference
 * documents every key.
 *
 * @param group name of the group; letters, digits, {@code -} and {@code _}
 * @param dataCenters names of the data centers whose light topics are joined together
 * @param shards partitions of every input topic, the same in every data center
 * @param kafka the central cluster
 * @param fronts the front clusters by data center, as far as certificates count them and traces look into them
 * @param registry the schema registry
 * @param postgres the database of the statistics
 * @param zookeeper the ensemble that holds the group's lock and pause mark
 * @param store the join store
 * @param join the rules of the join
 * @param pace how fast to read
 * @param dataflow section of the topology {@code dataflow}
 * @param statistics section of the topology {@code stats-counter}
 * @param copies further topics that joined events are copied to; null for none
 * @param traffic the rules of invalid traffic; null without any besides the row cap
 * @param archive section of the topology {@code archive}; null if the group has none
 * @param metrics where the workers export their metrics
 */
public record GroupSettings(
        String group,
        List<String> dataCenters,
        int shards,
        Kafka kafka,
        Map<String, Front> fronts,
        Registry registry,
        Postgres postgres,
        ZooKeeper zookeeper,
        Store store,
        JoinRules join,
        Pace pace,
        DataflowSection dataflow,
        StatisticsSection statistics,
        @JsonInclude(JsonInclude.Include.NON_NULL) List<CopySection> copies,
        @JsonInclude(JsonInclude.Include.NON_NULL) TrafficSection traffic,
        @JsonInclude(JsonInclude.Include.NON_NULL) ArchiveSection archive,
        MetricsSection metrics) {

    public GroupSettings {
        Require.present("group", group);
        Require.name("group", group);
        Require.notEmpty("dataCenters", dataCenters);
        Require.names("dataCenters", dataCenters);
        dataCenters = List.copyOf(dataCenters);
        if (shards == 0) {
            throw new WrongSettingException("the key shards is missing, or 0");
        }
        Require.within("shards", shards, 1, 4096);
        Require.present("kafka", kafka);
        fronts = Require.filled("fronts", fronts);
        for (Map.Entry<String, Front> front : fronts.entrySet()) {
            if (!dataCenters.contains(front.getKey())) {
                throw new WrongSettingException("the key fronts." + front.getKey()
                        + " names no data center of the group, which are " + dataCenters);
            }
            front.getValue().check("fronts." + front.getKey());
        }
        Require.present("registry", registry);
        Require.present("postgres", postgres);
        Require.present("zookeeper", zookeeper);
        Require.present("store", store);
        if (store.aerospike() != null && store.aerospike().set() == null) {
            AerospikeCluster.checkSet("group (or store.aerospike.set, if the group is to be named otherwise)", group);
            store = new Store(null, store.aerospike().withSet(group));
        }
        join = Require.orElse(join, new JoinRules(null, null, null, null, null, null, null, null, null, null, null));
        pace = Require.orElse(pace, new Pace(null, null, null, null, null, null, null));
        dataflow = Require.orElse(dataflow, new DataflowSection(null, null, null));
        statistics = Require.orElse(statistics, new StatisticsSection(null, null, null, null, null));
        metrics = Require.orElse(metrics, new MetricsSection(null, null, null));
        if (copies != null) {
            copies = List.copyOf(copies);
            for (CopySection copy : copies) {
                copy.requireOwnTopic(group, dataCenters);
            }
        }
        if (store.rocksdb() != null && dataflow.workers() > 1) {
            throw new WrongSettingException("the key dataflow.workers must be 1 with store.rocksdb, which is for one"
                    + " process, found " + dataflow.workers());
        }
    }

    /** These settings with other front clusters. */
    public GroupSettings withFronts(Map<String, Front> others) {
        return with(others, traffic);
    }

    private GroupSettings with(Map<String, Front> otherFronts, TrafficSection otherTraffic) {
        return new GroupSettings(
                group,
                dataCenters,
                shards,
                kafka,
                otherFronts,
                registry,
                postgres,
                zookeeper,
                store,
                join,
                pace,
                dataflow,
                statistics,
                copies,
                otherTraffic,
                archive,
                metrics);
    }

    /** The rules by which joined events are copied to further topics. */
    public List<CopyRule> copyRules() {
        return copies == null
                ? List.of()
                : copies.stream().map(CopySection::rule).toList();
    }

    /** The rules of the join step, with those of invalid traffic. */
    public JoinSettings joinSettings() {
        JoinSettings rules = join.of(group);
        return traffic == null ? rules : rules.with(traffic.rules());
    }

    /** @param properties further settings of the Kafka clients, such as for TLS */
    public record Kafka(String bootstrapServers, Map<String, String> properties) {
        public Kafka {
            Require.present("kafka.bootstrapServers", bootstrapServers);
            properties = Require.filled("kafka.properties", properties);
        }

        /**
         * The properties with the secrets that they refer to. A changed secret counts for the next client.
         *
         * @throws SettingsException if a variable is not set, or a file unreadable
         */
        public Map<String, String> resolvedProperties() {
            try {
                return KafkaSecrets.resolve("kafka.properties", properties, new SecretReferences(System.getenv()));
            } catch (IllegalArgumentException e) {
                throw new SettingsException(e.getMessage(), e);
            }
        }

        /** Without the properties, which may hold secrets. */
        @Override
        public String toString() {
            return "Kafka[bootstrapServers=" + bootstrapServers + ", properties of " + properties.keySet() + "]";
        }
    }

    /**
     * A front cluster.
     *
     * @param properties further settings of the Kafka clients, such as for TLS
     */
    public record Front(String bootstrapServers, Map<String, String> properties) {
        private void check(String path) {
            Require.present(path + ".bootstrapServers", bootstrapServers);
            Require.filled(path + ".properties", properties);
        }

        /** The settings of its clients. */
        public Kafka kafka() {
            return new Kafka(bootstrapServers, properties);
        }

        /** Without the properties, which may hold secrets. */
        @Override
        public String toString() {
            return kafka().toString();
        }
    }

    /**
     * @param user for basic authentication; its password is a secret of the workers
     * @param passwordVariable environment variable that holds the user's password
     * @param passwordFile file that holds the user's password
     * @param tokenVariable environment variable that holds a bearer token, instead of a user
     * @param tokenFile file that holds a bearer token, instead of a user
     * @param tls null: the certificate authorities that Java trusts
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Registry(
            List<URI> urls,
            String user,
            String passwordVariable,
            Path passwordFile,
            String tokenVariable,
            Path tokenFile,
            Tls tls) {
        public Registry {
            Require.notEmpty("registry.urls", urls);
            urls = List.copyOf(urls);
            Require.oneSource("registry.password", passwordVariable, passwordFile);
            Require.oneSource("registry.token", tokenVariable, tokenFile);
            boolean hasPassword = passwordVariable != null || passwordFile != null;
            boolean hasToken = tokenVariable != null || tokenFile != null;
            if (hasPassword != (user != null)) {
                throw new WrongSettingException("the key registry.user needs registry.passwordVariable or"
                        + " registry.passwordFile, and the other way round");
            }
            if (hasPassword && hasToken) {
                throw new WrongSettingException("the key registry takes either a user or a token, found both");
            }
        }

        /** Without credentials. */
        public Registry(List<URI> urls) {
            this(urls, null, null, null, null, null, null);
        }

        /** @throws SettingsException if the secret cannot be read */
        public String password() {
            return Require.secret("registry.password", passwordVariable, passwordFile);
        }

        /**
         * The bearer token; empty if there is none.
         *
         * @throws SettingsException if the secret cannot be read
         */
        public String token() {
            return Require.secret("registry.token", tokenVariable, tokenFile);
        }

        /**
         * Key stores, PKCS #12 or JKS.
         *
         * @param trustStore the certificate authorities that may sign the registry's certificate
         * @param keyStore the client's key and certificate; null if the registry asks for none
         */
        @JsonInclude(JsonInclude.Include.NON_NULL)
        public record Tls(
                Path trustStore,
                String trustStorePasswordVariable,
                Path trustStorePasswordFile,
                Path keyStore,
                String keyStorePasswordVariable,
                Path keyStorePasswordFile) {
            public Tls {
                Require.present("registry.tls.trustStore", trustStore);
                Require.oneSource(
                        "registry.tls.trustStorePassword", trustStorePasswordVariable, trustStorePasswordFile);
                Require.oneSource("registry.tls.keyStorePassword", keyStorePasswordVariable, keyStorePasswordFile);
            }

            public String trustStorePassword() {
                return Require.secret(
                        "registry.tls.trustStorePassword", trustStorePasswordVariable, trustStorePasswordFile);
            }

            public String keyStorePassword() {
                return Require.secret("registry.tls.keyStorePassword", keyStorePasswordVariable, keyStorePasswordFile);
            }
        }
    }

    /**
     * @param passwordVariable environment variable of the workers that holds the password
     * @param passwordFile file of the workers that holds the password; without either there is no password
     */
    public record Postgres(String url, String user, String passwordVariable, Path passwordFile) {
        public Postgres {
            Require.present("postgres.url", url);
            Require.present("postgres.user", user);
            Require.oneSource("postgres.password", passwordVariable, passwordFile);
        }

        /** Without the parameters of the URL, which may hold a password. */
        @Override
        public String toString() {
            int parameters = url.indexOf('?');
            return "Postgres[url=" + (parameters < 0 ? url : url.substring(0, parameters) + "?...") + ", user=" + user
                    + ", passwordVariable=" + passwordVariable + ", passwordFile=" + passwordFile + "]";
        }

        /** @throws SettingsException if the password is named, but cannot be read */
        public String password() {
            return Require.secret("postgres.password", passwordVariable, passwordFile);
        }
    }

    /**
     * @param user for digest authentication: then only this user may read and change the group's nodes
     * @param passwordVariable environment variable of the workers that holds the user's password
     * @param passwordFile file of the workers that holds the user's password
     */
    public record ZooKeeper(String connect, String root, String user, String passwordVariable, Path passwordFile) {
        public ZooKeeper {
            Require.present("zookeeper.connect", connect);
            root = Require.orElse(root, "/lightflow");
            if (!root.startsWith("/") || root.endsWith("/")) {
                throw new WrongSettingException(
                        "the key zookeeper.root must begin with / and not end with it, found " + root);
            }
            Require.oneSource("zookeeper.password", passwordVariable, passwordFile);
            boolean hasPassword = passwordVariable != null || passwordFile != null;
            if (hasPassword != (user != null) || user != null && user.contains(":")) {
                throw new WrongSettingException("the key zookeeper.user, which has no colon, needs"
                        + " zookeeper.passwordVariable or zookeeper.passwordFile, and the other way round");
            }
        }

        /** @throws SettingsException if the password cannot be read */
        public String password() {
            return Require.secret("zookeeper.password", passwordVariable, passwordFile);
        }
    }

    /** One of the join stores; the other is null. */
    public record Store(RocksDb rocksdb, AerospikeCluster aerospike) {
        public Store {
            if ((rocksdb == null) == (aerospike == null)) {
                throw new WrongSettingException("the key store takes either store.rocksdb or store.aerospike, found "
                        + (rocksdb == null ? "neither" : "both"));
            }
        }
    }

    /** @param rowCacheMb has no effect any more; accepted since settings of earlier versions have it */
    public record RocksDb(Path directory, Integer blockCacheMb, Integer rowCacheMb) {
        public RocksDb {
            Require.present("store.rocksdb.directory", directory);
            blockCacheMb =
                    Require.within("store.rocksdb.blockCacheMb", Require.orElse(blockCacheMb, 128), 8, 1_000_000);
            rowCacheMb = Require.within("store.rocksdb.rowCacheMb", Require.orElse(rowCacheMb, 256), 1, 16_000);
        }
    }

    /** @param pollBytes the most bytes of keys and values that a task polls for one batch */
    public record Pace(
            Integer pollRecords,
            Duration emitInterval,
            Integer batchesInFlight,
            Duration maxSkew,
            Duration idleAfter,
            Beacons beacons,
            DataSize pollBytes) {
        public Pace {
            pollRecords = Require.within("pace.pollRecords", Require.orElse(pollRecords, 40_000), 1, 1_000_000);
            emitInterval = Require.within(
                    "pace.emitInterval",
                    Require.orElse(emitInterval, Duration.ofMillis(10)),
                    Duration.ofMillis(1),
                    Duration.ofMinutes(1));
            batchesInFlight = Require.within("pace.batchesInFlight", Require.orElse(batchesInFlight, 2), 1, 16);
            maxSkew = Require.within(
                    "pace.maxSkew",
                    Require.orElse(maxSkew, Duration.ofMinutes(1)),
                    Duration.ofSeconds(1),
                    Duration.ofDays(30));
            idleAfter = Require.within(
                    "pace.idleAfter",
                    Require.orElse(idleAfter, Duration.ofSeconds(30)),
                    Duration.ofMillis(1),
                    Duration.ofDays(1));
            beacons = Require.orElse(beacons, Beacons.EXPECTED);
            pollBytes = Require.within(
                    "pace.pollBytes",
                    Require.orElse(pollBytes, DataSize.ofMegabytes(64)),
                    DataSize.ofMegabytes(1),
                    DataSize.ofMegabytes(1024));
        }
    }

    /** Whether the data centers send beacons. */
    public enum Beacons {
        /** They do: a topic-partition without news holds the watermark back, since its link may be down. */
        EXPECTED,
        /** They do not: the watermark ignores a topic-partition that is caught up and idle. */
        NONE
    }

    /** The section of the topology {@code dataflow}. */
    public record DataflowSection(Integer parallelism, Integer workers, Integer heapMb) {
        public DataflowSection {
            TaskSpread spread = TaskSpread.of("dataflow", parallelism, workers, heapMb);
            parallelism = spread.parallelism();
            workers = spread.workers();
            heapMb = spread.heapMb();
        }

        public TaskSpread spread() {
            return new TaskSpread(parallelism, workers, heapMb);
        }
    }

    /**
     * The section of the topology {@code stats-counter}.
     *
     * @param microBatch the longest time between two commits of statistics
     * @param maxRows number of minute rows in memory that causes an early commit
     */
    public record StatisticsSection(
            Integer parallelism, Integer workers, Integer heapMb, Duration microBatch, Integer maxRows) {
        public StatisticsSection {
            TaskSpread spread = TaskSpread.of("statistics", parallelism, workers, heapMb);
            parallelism = spread.parallelism();
            workers = spread.workers();
            heapMb = spread.heapMb();
            microBatch = Require.within(
                    "statistics.microBatch",
                    Require.orElse(microBatch, Duration.ofSeconds(15)),
                    Duration.ofSeconds(1),
                    Duration.ofHours(1));
            maxRows = Require.within("statistics.maxRows", Require.orElse(maxRows, 100_000), 1, 10_000_000);
        }

        public TaskSpread spread() {
            return new TaskSpread(parallelism, workers, heapMb);
        }
    }

    /**
     * Reads a settings file, and the lists that it names.
     *
     * @throws SettingsException if a file is unreadable or holds a wrong setting
     */
    public static GroupSettings read(Path file) {
        String yaml;
        try {
            yaml = Files.readString(file);
        } catch (IOException e) {
            throw new SettingsException("the settings file " + file + " cannot be read: " + e, e);
        }
        try {
            GroupSettings settings = parse(yaml);
            Path folder = file.toAbsolutePath().getParent();
            return settings.traffic == null
                    ? settings
                    : settings.with(settings.fronts, settings.traffic.withLists(folder));
        } catch (SettingsException | WrongSettingException e) {
            throw new SettingsException("in the settings file " + file + ": " + e.getMessage(), e);
        }
    }

    /** @throws SettingsException if the string holds a wrong setting; the message names the key */
    public static GroupSettings parse(String yaml) {
        return SettingsYaml.parse(yaml);
    }

    /**
     * Checks that the settings hold no secrets: a submitted topology contains them, and Storm shows it to everybody.
     *
     * @throws SettingsException if they do; the message names the key, and not the secret
     */
    public void requireNoSecrets() {
        requireReferences("kafka.properties", kafka.properties());
        fronts.forEach((dc, front) ->
                requireReferences("fronts." + dc + ".properties", front.kafka().properties()));
        if (archive != null) {
            requireReferences("archive.rest", archive.rest());
            requireReferences("archive.files", archive.files());
        }
        if (postgres.url().toLowerCase(Locale.ROOT).contains("password=")) {
            throw new SettingsException(
                    "the key postgres.url holds a password: remove it, and set postgres.passwordVariable or"
                            + " postgres.passwordFile",
                    null);
        }
    }

    private static void requireReferences(String path, Map<String, String> properties) {
        KafkaSecrets.plain(properties).ifPresent(name -> {
            throw new SettingsException(
                    "the key " + path + "." + name + " holds a secret itself: write ${env:NAME} for an environment"
                            + " variable of the workers, or ${file:PATH} for a file on them",
                    null);
        });
    }

    /**
     * The settings as a string that {@link #parse} reads back.
     *
     * @throws SettingsException if they hold secrets
     */
    public String toYaml() {
        requireNoSecrets();
        return SettingsYaml.write(this);
    }
}
