package io.lightflow.topology.settings;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.lightflow.copy.CopyRule;
import io.lightflow.join.JoinSettings;
import io.lightflow.secret.KafkaSecrets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
 * @param enrichment what the join fills into events that lack it; null for nothing
 * @param archive section of the topology {@code archive}; null if the group has none
 * @param metrics where the workers export their metrics
 */
public record GroupSettings(
        String group,
        List<String> dataCenters,
        int shards,
        KafkaSection kafka,
        Map<String, FrontSection> fronts,
        RegistrySection registry,
        PostgresSection postgres,
        ZooKeeperSection zookeeper,
        StoreSection store,
        JoinRules join,
        PaceSection pace,
        DataflowSection dataflow,
        StatisticsSection statistics,
        @JsonInclude(JsonInclude.Include.NON_NULL) List<CopySection> copies,
        @JsonInclude(JsonInclude.Include.NON_NULL) TrafficSection traffic,
        @JsonInclude(JsonInclude.Include.NON_NULL) EnrichmentSection enrichment,
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
        for (Map.Entry<String, FrontSection> front : fronts.entrySet()) {
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
            store = new StoreSection(null, store.aerospike().withSet(group));
        }
        join = Require.orElse(join, new JoinRules(null, null, null, null, null, null, null, null, null, null, null));
        pace = Require.orElse(pace, new PaceSection(null, null, null, null, null, null, null));
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
    public GroupSettings withFronts(Map<String, FrontSection> others) {
        return with(others, traffic, enrichment);
    }

    private GroupSettings with(
            Map<String, FrontSection> otherFronts, TrafficSection otherTraffic, EnrichmentSection otherEnrichment) {
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
                otherEnrichment,
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
            return parse(yaml).withFiles(file);
        } catch (SettingsException | WrongSettingException e) {
            throw new SettingsException("in the settings file " + file + ": " + e.getMessage(), e);
        }
    }

    /**
     * These settings with the lists of the files that they name, and with absolute paths.
     *
     * @param file that the settings are from, beside which relative paths begin
     * @throws SettingsException if a list is unreadable or holds a wrong line
     */
    public GroupSettings withFiles(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        return with(
                fronts,
                traffic == null ? null : traffic.withLists(folder),
                enrichment == null ? null : enrichment.in(folder));
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
