package io.lightflow.lab.up;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.deploy.group.DcGroup;
import io.lightflow.deploy.local.LocalSettings;
import io.lightflow.deploy.local.LocalSettings.Registries;
import io.lightflow.deploy.sql.SqlCommand;
import io.lightflow.lab.answer.ArchiveAnswer;
import io.lightflow.lab.answer.BatchAnswer;
import io.lightflow.lab.feed.Feed;
import io.lightflow.lab.feed.GeneratedFeed;
import io.lightflow.lab.feed.GeneratedFeedSettings;
import io.lightflow.lab.feed.IPinYouFeed;
import io.lightflow.lab.feed.MissingImpressions;
import io.lightflow.position.Books;
import io.lightflow.position.Books.Entry;
import io.lightflow.registry.node.NodeClients;
import io.lightflow.topology.settings.GroupSettings;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real logs, and then synthetic journeys, through front clusters, mirror and both groups, and with a schema registry in
 * each data center.
 */
@OnLocalStack
@TestInstance(Lifecycle.PER_CLASS)
@TestMethodOrder(OrderAnnotation.class)
class ReplayTest {
    private static final long EVENTS = 12_000;
    private static final MissingImpressions MISSING = MissingImpressions.DERIVE;

    private final GeneratedFeedSettings events = GeneratedFeedSettings.of(EVENTS, Seed.choose(), DcGroup.LOCAL);

    @TempDir
    private static Path folder;

    private Stand stand;
    /** Null if there are none. */
    private Path logs;

    @BeforeAll
    void start() {
        stand = Stand.start(LocalSettings.in(folder.resolve("stack"))
                .withPollRecords(3_000)
                .with(Registries.ONE_PER_DC)
                .withArchive());
    }

    @AfterAll
    void end() {
        if (stand != null) {
            stand.close();
        }
    }

    @Test
    @Order(1)
    void withDerivedImpressionsEveryClickOfRealLogsIsJoined() throws Exception {
        Path copies = Files.createDirectory(folder.resolve("logs"));
        RealLogs.chosen().copyTo(copies);
        logs = copies;
        try (Feed feed = IPinYouFeed.open(logs, MISSING, DcGroup.LOCAL)) {
            RealLogs.chosen().assertReplayed(stand.replay(feed), MISSING);
        }
    }

    @Test
    @Order(2)
    void everyEventAndEveryMinuteRowIsThatOfTheBatchRun() throws Exception {
        Report report;
        try (Feed feed = new GeneratedFeed(events)) {
            report = stand.replay(feed);
        }
        try (Feed again = new FeedSequence(fed())) {
            Answers.assertSame(stand, BatchAnswer.of(again, DcGroup.LOCAL, stand.schemas()));
        }
        assertThat(report.balanced()).as(report.differences().toString()).isTrue();
        assertThat(report.late()).isZero();
    }

    private List<Feed> fed() throws IOException {
        Feed synthetic = new GeneratedFeed(events);
        return logs == null ? List.of(synthetic) : List.of(IPinYouFeed.open(logs, MISSING, DcGroup.LOCAL), synthetic);
    }

    @Test
    @Order(3)
    void theArchiveHoldsExactlyTheEventsOfTheTopics() throws Exception {
        for (DcGroup group : DcGroup.LOCAL) {
            GroupSettings settings = stand.stack().groupSettings(group);
            for (ArchiveTable table : ArchiveTable.values()) {
                assertThat(ArchiveAnswer.differences(settings, table, stand.schemas(), Stand.PATIENCE))
                        .as(group.name())
                        .isEmpty();
            }
            assertThat(ArchiveAnswer.ofTable(settings, ArchiveTable.JOINED_CLICKS))
                    .isNotEmpty();
        }
    }

    @Test
    @Order(4)
    void anHourIsCertifiedAndOneRemovedRecordAndOneChangedRowAreNamed(@TempDir Path files) throws Exception {
        CertifiedHour hour = CertifiedHour.busiest(stand, files, events.start());

        hour.assertComplete();
        hour.assertReconciled();
        hour.assertNotClosedTooEarly();
        CertifiedHour.Joined removed = hour.removeFirstJoinedImpression();
        String row = hour.changeRow();
        hour.assertNamed(removed, row);
        hour.assertReconciliationNames(removed, row);
    }

    /** The clicks have a schema that was registered in one data center only. */
    @Test
    @Order(5)
    void theClicksThatKafkaJsSendsInOneDataCenterAreJoinedWithItsImpressionsOfAnother() throws Exception {
        NodeClients.install();
        List<String> expected = KafkaJs.joinedClicks();
        Books before = stand.books();

        KafkaJs.sendImpressionsAndClicks(stand);

        stand.awaitIn(before.total(Entry.IN) + 2L * expected.size());
        assertThat(stand.outputs().outcomes(List.of(Stand.US.name()))).containsAll(expected);
    }

    @Test
    @Order(6)
    void theFolderHasTheSettingsOfItsGroups() {
        for (DcGroup group : DcGroup.LOCAL) {
            assertThat(GroupSettings.read(folder.resolve("stack/groups/" + group.name() + ".yaml")))
                    .isEqualTo(stand.stack().groupSettings(group));
        }
    }

    @Test
    @Order(7)
    void oneQuerySeesThatTheStatisticsAreTheSumsOfTheJoinedEvents() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int code = SqlCommand.commandLine(new ByteArrayInputStream(new byte[0]), out)
                .execute("--data", folder.resolve("stack").toString(), "--format", "csv", """
                        with joined as (
                          select 1 as impressions, 0 as clicks, impression.campaignId as campaign, provenance.invalid,
                            impression.priceMicros as micros from eu.joined_impressions
                          union all select 1, 0, impression.campaignId, provenance.invalid, impression.priceMicros
                          from us.joined_impressions
                          union all select 0, 1, impression.campaignId, provenance.invalid, click.priceMicros
                          from eu.joined_clicks
                          union all select 0, 1, impression.campaignId, provenance.invalid, click.priceMicros
                          from us.joined_clicks),
                        events as (
                          select campaign, sum(impressions) as impressions, sum(clicks) as clicks, sum(micros) as micros
                          from joined where not invalid group by campaign),
                        counted as (
                          select campaign, sum(impressions) as impressions, sum(clicks) as clicks,
                            sum(spend_micros) as micros from statistics.stats_day group by campaign)
                        select count(*) > 0, count(*) filter (events is distinct from counted)
                        from events full join counted using (campaign)
                        where events.impressions > 0 or counted.impressions > 0
                        """);
        assertThat(code).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8).lines().skip(1)).containsExactly("true,0");
    }
}
