package io.lightflow.topology.settings;

import static io.lightflow.topology.settings.SampleSettings.GOOD;
import static io.lightflow.topology.settings.SampleSettings.withoutSecrets;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.attribution.Windows;
import io.lightflow.copy.CopyRule;
import io.lightflow.event.EventRules;
import io.lightflow.event.OutputTopic;
import io.lightflow.event.TrafficRule;
import io.lightflow.topology.settings.PaceSection.Beacons;
import io.lightflow.traffic.Placement;
import io.lightflow.traffic.TrafficRules;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A wrong setting is rejected in one line that names the key, before anything is started. */
class GroupSettingsTest {
    @Test
    void whatIsLeftOutHasTheDocumentedDefault() {
        GroupSettings settings = GroupSettings.parse(GOOD);

        assertThat(settings.pace())
                .isEqualTo(new PaceSection(
                        40_000,
                        Duration.ofMillis(50),
                        2,
                        Duration.ofMinutes(1),
                        Duration.ofSeconds(30),
                        Beacons.EXPECTED,
                        DataSize.ofMegabytes(64)));
        assertThat(settings.dataflow()).isEqualTo(new DataflowSection(2, 1, 1024));
        assertThat(settings.statistics()).isEqualTo(new StatisticsSection(1, 1, 1024, Duration.ofSeconds(15), 100_000));
        assertThat(settings.zookeeper().root()).isEqualTo("/lightflow");
        assertThat(settings.store().rocksdb().blockCacheMb()).isEqualTo(128);
        assertThat(settings.join().allowedDisorder()).isEqualTo(Duration.ofSeconds(5));
        assertThat(settings.join().farFuture()).isEqualTo(Duration.ofHours(1));
        assertThat(settings.join().maxAmountMicros()).isEqualTo(EventRules.MAX_AMOUNT_MICROS);
    }

    @Test
    void anAdvertisersWindowsTakeWhatTheyLeaveOutFromEverybodys() {
        var rules = GroupSettings.parse(GOOD).join().of("us");

        assertThat(rules.windows())
                .isEqualTo(new Windows(
                        Windows.DEFAULT.impressionLookBack(),
                        Duration.ofHours(12),
                        Windows.DEFAULT.clickLookBack(),
                        Duration.ZERO));
        assertThat(rules.windowsOf("1458"))
                .isEqualTo(new Windows(
                        Windows.DEFAULT.impressionLookBack(),
                        Duration.ofHours(1),
                        Windows.DEFAULT.clickLookBack(),
                        Duration.ofDays(1)));
        assertThat(rules.windowsOf("other")).isEqualTo(rules.windows());
    }

    @Test
    void theListsOfTrafficRulesAreReadWithTheSettings(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("crawlers.txt"), "# known crawlers\n\nbot\n  spider  \n");
        Files.writeString(folder.resolve("ranges.txt"), "192.0.2.0/24\n");
        Path file = Files.writeString(folder.resolve("us.yaml"), withoutSecrets(GOOD) + """
                traffic:
                  crawlers: [headless]
                  crawlersFile: crawlers.txt
                  dataCentersFile: ranges.txt
                  prefetches: MARKED
                  maxClicksPerImpression: 3
                  minClickDelay: 500ms
                  shadow: [fast-click]
                """);

        GroupSettings settings = GroupSettings.read(file);

        TrafficRules rules = settings.joinSettings().traffic();
        assertThat(rules.crawlers()).containsExactly("headless", "bot", "spider");
        assertThat(rules.dataCenters()).containsExactly("192.0.2.0/24");
        assertThat(rules.prefetches()).isEqualTo(TrafficRules.Prefetches.MARKED);
        assertThat(rules.maxClicksPerImpression()).isEqualTo(3);
        assertThat(rules.maxClicksPerKey()).isZero();
        assertThat(rules.minClickDelay()).isEqualTo(Duration.ofMillis(500));
        assertThat(rules.shadow()).containsExactly(TrafficRule.FAST_CLICK);
        assertThat(GroupSettings.parse(settings.toYaml())).isEqualTo(settings);
        assertThat(GroupSettings.parse(GOOD).joinSettings().traffic()).isEqualTo(TrafficRules.NONE);
    }

    @Test
    void theDelaysOfPlacementsAreReadFromTheSettingsAndFromAFile(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("click-delays.json"), """
                [
                \t{"publisher":"news.example","placement":"top","minClickDelay":"312ms"},
                \t{"publisher":"news.example","placement":"","minClickDelay":"1400ms"}
                ]
                """);
        String traffic = """
                traffic:
                  minClickDelay: 500ms
                  clickDelays: {news.example: {top: 250ms}, games.example: {"": 0s}}
                """;
        Path file = Files.writeString(
                folder.resolve("us.yaml"), withoutSecrets(GOOD) + traffic + "  clickDelaysFile: click-delays.json\n");

        GroupSettings settings = GroupSettings.read(file);

        assertThat(settings.joinSettings().traffic().clickDelays())
                .isEqualTo(Map.of(
                        new Placement("news.example", "top"), Duration.ofMillis(250),
                        new Placement("news.example", ""), Duration.ofMillis(1400),
                        new Placement("games.example", ""), Duration.ZERO));
        assertThat(GroupSettings.parse(settings.toYaml())).isEqualTo(settings);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    [{"placement":"top"}]                                   | the key minClickDelay is missing
                    [{"placement":"top","minClickDelay":"2d"}]              | traffic.clickDelays..top must lie between
                    [{"slot":"top","minClickDelay":"1s"}]                   | the key 0.slot is unknown
                    [{"minClickDelay":"1s"},{"minClickDelay":"2s"}]         | placement "" of the publisher "" twice
                    [null]                                                  | expected a list of objects with publisher
                    ` `                                                     | expected a list of objects with publisher
                    [{"placement":"top"                                     | Unexpected end-of-input
                    """)
    void aWrongFileOfDelaysIsNamed(String json, String message, @TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("delays.json"), json);
        Path file = Files.writeString(
                folder.resolve("us.yaml"),
                withoutSecrets(GOOD) + "traffic: {minClickDelay: 1s, clickDelaysFile: delays.json}\n");
        assertThatThrownBy(() -> GroupSettings.read(file)).hasMessageContaining(message);
    }

    @Test
    void delaysOfPlacementsNeedOneForAllOthers() {
        assertThatThrownBy(() -> GroupSettings.parse(
                        withoutSecrets(GOOD) + "traffic: {clickDelays: {news.example: {top: 250ms}}}\n"))
                .hasMessageContaining("expected minClickDelay");
    }

    @Test
    void theFileOfPlacesLiesBesideTheSettings(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("us.yaml"), withoutSecrets(GOOD) + """
                enrichment: {places: city.mmdb, userAgents: READ, campaigns: READ}
                """);

        GroupSettings settings = GroupSettings.read(file);

        assertThat(settings.enrichment())
                .isEqualTo(new EnrichmentSection(
                        folder.resolve("city.mmdb"),
                        EnrichmentSection.UserAgents.READ,
                        EnrichmentSection.Campaigns.READ));
        assertThat(GroupSettings.parse(settings.toYaml())).isEqualTo(settings);
        assertThat(GroupSettings.parse(GOOD).enrichment()).isNull();
    }

    @Test
    void copiesAreReadAndWrittenBack() {
        GroupSettings settings = GroupSettings.parse(withoutSecrets(GOOD) + """
                copies:
                  - topic: us.partner
                    from: joined.clicks
                    where: {click.advertiserId: [acme], provenance.invalid: ["false"]}
                  - {topic: us.sample, from: joined.impressions, sample: 0.01}
                """);

        assertThat(settings.copyRules())
                .containsExactly(
                        new CopyRule(
                                "us.partner",
                                OutputTopic.CLICKS,
                                Map.of("click.advertiserId", Set.of("acme"), "provenance.invalid", Set.of("false")),
                                Map.of(),
                                1),
                        new CopyRule("us.sample", OutputTopic.IMPRESSIONS, Map.of(), Map.of(), 0.01));
        assertThat(GroupSettings.parse(settings.toYaml())).isEqualTo(settings);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {topic: us.ledger, from: joined.clicks}   | must name a topic of its own, found us.ledger
                    {topic: us-west.tags, from: joined.tags}  | must name a topic of its own, found us-west.tags
                    {topic: a b, from: joined.clicks}         | the key copies.topic takes 1 to 249 letters
                    {topic: p, from: clicks}                  | expected from to be one of joined.impressions,
                    {topic: p, from: orphans, sample: 2}      | expected a sample above 0 and up to 1, found 2.0
                    {topic: p, from: orphans, where: {x: [1]}} | the copy to p is wrong: expected a field of OrphanClick
                    """)
    void aWrongCopyIsNamed(String copy, String message) {
        assertThatThrownBy(() -> GroupSettings.parse(GOOD + "copies: [" + copy + "]\n"))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(message);
    }

    @Test
    void wrongTrafficRulesAreNamed(@TempDir Path folder) throws Exception {
        assertWrong("{crawlers: ['(']}", "the section traffic is wrong: expected a regular expression");
        assertWrong("{dataCenters: [10.0.0.0/99]}", "expected an address range such as 192.0.2.0/24");
        assertWrong("{shadow: [invalid-click]}", "expected rules in shadow from crawler, data-center");
        assertWrong("{maxClicksPerKey: 0}", "the key traffic.maxClicksPerKey must lie between 1 and 10000, found 0");
        Path file = Files.writeString(folder.resolve("us.yaml"), GOOD + "traffic: {crawlersFile: none.txt}" + "\n");
        assertThatThrownBy(() -> GroupSettings.read(file))
                .hasMessageContaining("the key traffic.crawlersFile names " + folder.resolve("none.txt"));
    }

    private static void assertWrong(String traffic, String message) {
        assertThatThrownBy(() -> GroupSettings.parse(GOOD + "traffic: " + traffic + "\n"))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(message);
    }

    @Test
    void writtenSettingsAreReadBackAsTheyWere() {
        GroupSettings settings = GroupSettings.parse(withoutSecrets(GOOD));

        assertThat(GroupSettings.parse(settings.toYaml())).isEqualTo(settings);
    }

    /** A line of the good settings, what takes its place, and the key that must be named. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    shards: 8                       | shard: 8                        | the key shards is missing
                    shards: 8                       | shards: 0                       | the key shards
                    shards: 8                       | shards: many                    | the key shards
                    shards: 8                       | shards: 2.5                     | the key shards
                    shards: 8                       |                                 | the key shards is missing
                    group: us                       |                                 | the key group is missing
                    group: us                       | group: u.s                      | the key group
                    dataCenters: [us-west, us-east] | dataCenters: []                 | the key dataCenters
                    dataCenters: [us-west, us-east] | dataCenters: [us-west, ~]       | the key dataCenters
                    dataCenters: [us-west, us-east] | dataCenters: [us-west, us-west] | the key dataCenters
                    dataCenters: [us-west, us-east] | dataCenters: [us west]          | the key dataCenters
                    bootstrapServers: 127.0.0.1:9092 | bootstrap: 127.0.0.1:9092 | kafka.bootstrapServers is missing
                    bootstrapServers: 127.0.0.1:9092 |  | kafka.bootstrapServers is missing
                    sasl.jaas.config: hunter2-of-kafka | sasl.jaas.config: | kafka.properties.sasl.jaas.config
                    us-west: | us-north: | fronts.us-north names no data center
                    bootstrapServers: 127.0.0.1:9093 |  | fronts.us-west.bootstrapServers is missing
                    bootstrapServers: 127.0.0.1:9093 | servers: 127.0.0.1:9093 | fronts.us-west.servers is unknown
                    user: lightflow                 |                                 | the key postgres.user is missing
                    user: lightflow                 | user: [lightflow]               | the key postgres.user
                    urls: ["http://127.0.0.1:8081"] | urls: ["no url"]                | the key registry.urls
                    urls: ["http://127.0.0.1:8081"] | urls: []                        | the key registry.urls
                    orphanAfter: 12h                | orphanAfter: 12                 | the key join.orphanAfter
                    orphanAfter: 12h                | orphanAfter: 12 hours           | the key join.orphanAfter
                    orphanAfter: 12h                | orphanAfter: 4000d              | join.orphanAfter
                    orphanAfter: 12h                | allowedDisorder: 2h             | join.allowedDisorder
                    orphanAfter: 12h                | rowCap: 0                       | the key join.rowCap
                    orphanAfter: 1h | orphanAfter: 1x | join.advertisers.1458.orphanAfter
                    orphanAfter: 1h | orphanAfter: 999d | join.advertisers.1458.orphanAfter
                    orphanAfter: 1h | clickLookBack: 0s | join.advertisers.1458.clickLookBack
                    orphanAfter: 1h | orphan: 1h | join.advertisers.1458.orphan is unknown
                    emitInterval: 50ms              | emitInterval: 50                | the key pace.emitInterval
                    emitInterval: 50ms              | emitInterval: 2m                | the key pace.emitInterval
                    emitInterval: 50ms              | emitInterval: 999999999999d     | the key pace.emitInterval
                    emitInterval: 50ms              | beacons: MAYBE                  | the key pace.beacons
                    emitInterval: 50ms              | pollRecords: -1                 | the key pace.pollRecords
                    parallelism: 2                  | parallelism: two                | the key dataflow.parallelism
                    parallelism: 2 | workers: 2 | dataflow.workers must be 1 with store.rocksdb
                    microBatch: 15s                 | microBatch: 500ms               | the key statistics.microBatch
                    microBatch: 15s                 | microbatch: 15s                 | statistics.microbatch is unknown
                    connect: 127.0.0.1:2181         | root: /x                        | zookeeper.connect is missing
                    group: us                       | "group: us\\nshards: 9"         | shards
                    group: us                       | 'group: "us'                    | YAML
                    """)
    void whatIsWrongIsToldInOneLineThatNamesTheKey(String line, String instead, String named) {
        String text = instead == null ? "" : instead.replace("\"group: us\\nshards: 9\"", "group: us\nshards: 9");
        String yaml = GOOD.replace(line, text);
        assertThat(yaml).isNotEqualTo(GOOD);

        assertThatThrownBy(() -> GroupSettings.parse(yaml))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(named)
                .message()
                .doesNotContain("\n")
                .doesNotContain("hunter2");
    }

    @Test
    void emptySettingsAndAnAdvertiserWithoutRulesAreWrong() {
        assertThatThrownBy(() -> GroupSettings.parse("")).isInstanceOf(SettingsException.class);
        String yaml = GOOD.replace("      orphanAfter: 1h\n      viewThrough: 1d\n", "");
        assertThat(yaml).isNotEqualTo(GOOD);
        assertThatThrownBy(() -> GroupSettings.parse(yaml))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("join.advertisers.1458");
    }

    @Test
    void theFileIsNamed(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("us.yaml");
        assertThatThrownBy(() -> GroupSettings.read(file))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(file.toString());
        Files.writeString(file, "group: us");
        assertThatThrownBy(() -> GroupSettings.read(file))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("the key dataCenters");
    }
}
