package io.lightflow.topology.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.JoinRules;
import io.lightflow.topology.settings.SettingsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A submission says what it changes and for which events, and refuses what cannot change. */
class SettingsChangesTest {
    private static final String YAML = """
            group: us
            dataCenters: [us-west, us-east]
            shards: 8
            kafka: {bootstrapServers: "kafka:9092", properties: {client.rack: geheim}}
            fronts: {us-west: {bootstrapServers: "west:9092", properties: {client.rack: geheim}}}
            registry: {urls: ["http://registry:8081"]}
            postgres: {url: "jdbc:postgresql://db/lightflow?ApplicationName=geheim", user: lightflow}
            zookeeper: {connect: "zk:2181"}
            store: {rocksdb: {directory: /var/lib/lightflow/us}}
            join: {orphanAfter: 24h}
            """;
    private static final GroupSettings SETTINGS = GroupSettings.parse(YAML);

    private static SettingsChanges changes(String from, String to) {
        assertThat(YAML).contains(from);
        return new SettingsChanges(
                SettingsChanges.withoutSecrets(SETTINGS), GroupSettings.parse(YAML.replace(from, to)));
    }

    @Test
    void noSecretIsKept() {
        assertThat(SettingsChanges.withoutSecrets(SETTINGS))
                .doesNotContain("geheim")
                .contains("shards")
                .contains("orphanAfter");
    }

    @Test
    void withoutAChangeThereIsNothingToSay() {
        assertThat(changes("group: us", "group: us").describe()).isEmpty();
        assertThat(changes("geheim", "verraten").describe()).as("secrets").isEmpty();
    }

    @Test
    void aWindowChangesForLaterEvents() {
        assertThat(changes("orphanAfter: 24h", "orphanAfter: 6h").describe())
                .containsExactly("join.orphanAfter changes from 1d to 6h, for events that arrive from now on;"
                        + " earlier decisions stand");
        assertThat(changes("{orphanAfter: 24h}", "{orphanAfter: 24h, advertisers: {\"1458\": {orphanAfter: 1h}}}")
                        .describe())
                .containsExactly("join.advertisers.1458.orphanAfter changes from none to 1h, for events that arrive"
                        + " from now on; earlier decisions stand");
    }

    @Test
    void whatDecidesNoEventChangesAtTheStart() {
        assertThat(changes("join:", "pace: {pollRecords: 500}\njoin:").describe())
                .containsExactly("pace.pollRecords changes from 40000 to 500, from the start of the topology on");
        assertThat(changes("/var/lib/lightflow/us", "/data/us").describe())
                .singleElement()
                .asString()
                .contains("move the store there first");
    }

    @Test
    void theOrderOfTheDataCentersIsNoChangeOfThem() {
        assertThat(changes("[us-west, us-east]", "[us-east, us-west]").describe())
                .hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "shards: 8; shards: 16; the key shards of group us cannot change from 8 to 16",
                "[us-west, us-east]; [us-west]; the key dataCenters of group us cannot change",
                "[us-west, us-east]; [us-west, us-east, eu]; the key dataCenters of group us cannot change",
                "{rocksdb: {directory: /var/lib/lightflow/us}}; {aerospike: {hosts: ['a:3000'], namespace: n}};"
                        + " the join store of group us cannot change from store.rocksdb"
            })
    void whatCannotChangeIsRefused(String from, String to, String message) {
        assertThatThrownBy(() -> changes(from, to))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(message);
    }

    @Test
    void theRulesOfTheJoinAreFoundInWhatIsKept() {
        String join = "join: {orphanAfter: 1500ms, rowCap: 7, advertisers: {a.b.c: {viewThrough: 2h}, \"1458\": {}}}";
        GroupSettings settings = GroupSettings.parse(YAML.replace("join: {orphanAfter: 24h}", join));
        String kept = SettingsChanges.withoutSecrets(settings);

        JoinRules found = JoinRules.ofFlat(kept + "join.keyOfALaterBuild: \"5\"\n");

        assertThat(found.of("us")).isEqualTo(settings.join().of("us"));
        assertThat(found.farFuture()).isEqualTo(settings.join().farFuture());
        assertThat(JoinRules.parse(found.toYaml())).isEqualTo(found);
    }
}
