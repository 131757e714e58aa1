package io.lightflow.deploy.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.lightflow.archive.table.ArchiveRecord;
import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.database.PostgresSchema;
import io.lightflow.database.PostgresSettings;
import io.lightflow.database.StatisticsTable;
import io.lightflow.deploy.embedded.EmbeddedKafka;
import io.lightflow.deploy.reconcile.Difference.Place;
import io.lightflow.deploy.reconcile.Difference.What;
import io.lightflow.deploy.reconcile.HandmadeTopics.Sent;
import io.lightflow.deploy.reconcile.SmallWorld.Alteration;
import io.lightflow.event.EventOrigin;
import io.lightflow.event.EventType;
import io.lightflow.event.JoinedImpression;
import io.lightflow.event.OutputTopic;
import io.lightflow.topology.certificate.HourNotClosedException;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * One event is altered in one output of a small world, and is named exactly. Each test has a group and an hour of its
 * own, and all groups are counted into the same rows.
 */
class ReconcilerTest {
    private static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.HOURS);

    @TempDir
    private static Path folder;

    private static EmbeddedKafka kafka;
    private static EmbeddedPostgres postgres;
    private static int worlds;

    private SmallWorld world;

    @BeforeAll
    static void start() throws IOException {
        kafka = new EmbeddedKafka(folder.resolve("kafka"));
        kafka.start();
        postgres = EmbeddedPostgres.builder().start();
        new PostgresSchema(new PostgresSettings(postgres.getJdbcUrl("postgres", "postgres"), "postgres", "")).migrate();
    }

    @AfterAll
    static void stop() throws IOException {
        postgres.close();
        kafka.close();
    }

    @BeforeEach
    void createWorld() throws Exception {
        worlds++;
        world = world("g" + worlds);
    }

    private static SmallWorld world(String group) throws Exception {
        return new SmallWorld(kafka, postgres, folder, group, NOW.minus(Duration.ofHours(worlds + 1)));
    }

    @AfterEach
    void closeWorld() throws SQLException {
        // Later tests would read the topics of all earlier groups.
        execute("DELETE FROM ledger WHERE group_name = '" + world.settings().group() + "'");
        world.close();
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(postgres.getJdbcUrl("postgres", "postgres"), "postgres", "");
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    private static Place place(Sent sent) {
        EventOrigin origin = sent.origin();
        return new Place(origin.getTopic(), origin.getIncarnation(), origin.getPartition(), origin.getOffset());
    }

    private static Alteration without(Sent missing) {
        return (table, sent) -> sent == missing ? List.of() : List.of(sent.record());
    }

    private Sent first(OutputTopic topic) {
        return world.sent(world.output(topic)).get(0);
    }

    private static void assertNamed(Reconciliation result, What what, Sent sent) {
        assertThat(result.named())
                .as(text(result))
                .filteredOn(difference -> difference.what() != What.OTHER_STATISTICS)
                .extracting(Difference::what, Difference::place)
                .contains(tuple(what, place(sent)));
    }

    private static String text(Reconciliation result) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ReconciliationText.print(result, new PrintStream(bytes, true, StandardCharsets.UTF_8));
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void anArchiveInAnObjectStoreIsComparedThroughCopies() throws Exception {
        world.close();
        worlds++;
        world = new SmallWorld(
                kafka,
                postgres,
                "warehouse: \"memory:///tables\", files: {io-impl: org.apache.iceberg.inmemory.InMemoryFileIO}",
                "g" + worlds,
                NOW.minus(Duration.ofHours(worlds + 1)));
        world.fill();
        Sent lost = first(OutputTopic.CLICKS);

        Reconciliation result = world.archive(without(lost)).count().reconcile();

        assertNamed(result, What.NOT_IN_TABLE, lost);
        assertThat(result.tables())
                .filteredOn(table -> table.archive().rows() > 0)
                .hasSize(ArchiveTable.values().length);
    }

    @Test
    void equalOutputsAreEqualAndEveryFateIsCounted() {
        Reconciliation result = world.fill().archive(Alteration.NONE).count().reconcile();

        assertThat(result.equal()).as(text(result)).isTrue();
        assertThat(result.notes()).isEmpty();
        assertThat(result.tables()).hasSize(ArchiveTable.values().length).allSatisfy(table -> {
            assertThat(table.topics()).isEqualTo(table.archive());
            assertThat(table.topics().rows()).isPositive();
            assertThat(table.notCompared()).isZero();
            assertThat(table.notes()).isEmpty();
        });
        OutcomeComparison.Result impressions = result.events().get(0);
        assertThat(impressions.in()).isEqualTo(13);
        assertThat(impressions.joined()).isEqualTo(12);
        assertThat(impressions.duplicate()).isEqualTo(1);
        OutcomeComparison.Result clicks = result.events().get(1);
        assertThat(List.of(clicks.in(), clicks.joined(), clicks.orphaned(), clicks.rejected()))
                .containsExactly(8L, 6L, 1L, 1L);
        OutcomeComparison.Result conversions = result.events().get(2);
        assertThat(List.of(conversions.in(), conversions.joined(), conversions.unattributed()))
                .containsExactly(6L, 3L, 3L);
        assertThat(result.postgres().joined())
                .isEqualTo("impressions=12 clicks=6 conversions=3 spend_micros=12366 revenue_micros=21000000");
        assertThat(result.postgres().groups()).contains(world.settings().group());
        assertThat(text(result)).contains(": EQUAL").doesNotContain("DIFFERENCE");
        assertSumsByCampaign(result);
    }

    private static void assertSumsByCampaign(Reconciliation result) {
        TableComparison.Result joined = result.tables().stream()
                .filter(table -> table.table().equals("joined_impressions"))
                .findFirst()
                .orElseThrow();
        assertThat(joined.campaigns())
                .extracting(campaign -> campaign.campaign() + " " + campaign.currency() + " "
                        + campaign.sum().rows() + " " + campaign.sum().amountMicros())
                .containsExactly("campaign0 EUR 4 4018", "campaign1 EUR 4 4022", "campaign2 EUR 4 4026");
        assertThat(joined.campaigns().stream()
                        .map(TableComparison.CampaignSum::sum)
                        .reduce(SetSum.NOTHING, SetSum::plus))
                .isEqualTo(joined.archive());
    }

    @Test
    void aLightEventThatTheTableLacksIsNamed() {
        world.fill();
        Sent missing = world.sent(world.light(EventType.IMPRESSION)).get(2);

        Reconciliation result = world.archive(without(missing)).count().reconcile();

        assertNamed(result, What.NOT_IN_TABLE, missing);
        assertThat(result.differenceCount()).as(text(result)).isEqualTo(2);
        assertThat(text(result)).contains("the record has no row in the table impressions");
    }

    @Test
    void aJoinedRecordThatTheTableLacksIsNamedAndSoAreItsLightEventAndItsStatistics() {
        world.fill();
        Sent missing = first(OutputTopic.CLICKS);

        Reconciliation result = world.archive(without(missing)).count().reconcile();

        assertNamed(result, What.NOT_IN_TABLE, missing);
        assertNamed(
                result,
                What.NOT_EMITTED,
                world.sent(world.light(EventType.CLICK)).get(0));
        assertThat(result.named())
                .filteredOn(difference -> difference.what() == What.OTHER_STATISTICS)
                .anySatisfy(difference -> assertThat(difference.toString())
                        .contains("stats_minute " + world.hour() + " campaign=campaign0 creative=creative")
                        .contains("clicks=1"));
    }

    @Test
    void anAmountThatIsOtherInARowIsNamed() {
        world.fill();
        Sent altered = first(OutputTopic.IMPRESSIONS);
        JoinedImpression event =
                JoinedImpression.newBuilder((JoinedImpression) altered.event()).build();
        event.getImpression().setPriceMicros(999);
        ArchiveRecord other = new ArchiveRecord(
                altered.record().offset(),
                altered.record().timestampMs(),
                altered.record().key(),
                world.value(event),
                null);

        Reconciliation result = world.archive((table, sent) -> List.of(sent == altered ? other : sent.record()))
                .count()
                .reconcile();

        assertNamed(result, What.OTHER_IN_TABLE, altered);
        assertNamed(result, What.OTHER_EVENT, altered);
        assertThat(text(result))
                .contains("1000 micros EUR, the row of the table")
                .contains("999 micros EUR");
    }

    @Test
    void aRowThatIsThereTwiceIsNamed() {
        world.fill();
        Sent doubled = first(OutputTopic.TAGS);

        Reconciliation result = world.archive((table, sent) ->
                        sent == doubled ? List.of(sent.record(), sent.record()) : List.of(sent.record()))
                .count()
                .reconcile();

        assertNamed(result, What.TWICE_IN_TABLE, doubled);
    }

    @Test
    void aLightEventThatTheJoinLostIsNamedByItsPlace() {
        Sent lost = world.fill().events().impression(40, 1);

        Reconciliation result = world.archive(Alteration.NONE).count().reconcile();

        assertNamed(result, What.NOT_EMITTED, lost);
        assertThat(result.differenceCount()).as(text(result)).isEqualTo(1);
    }

    @Test
    void anEventThatWasEmittedTwiceIsNamed() {
        world.fill();
        world.events().joined(world.sent(world.light(EventType.IMPRESSION)).get(0));

        Reconciliation result = world.archive(Alteration.NONE).count().reconcile();

        assertNamed(
                result,
                What.EMITTED_TWICE,
                world.sent(world.light(EventType.IMPRESSION)).get(0));
        assertThat(result.differenceCount()).as(text(result)).isEqualTo(1);
    }

    @Test
    void bothCopiesOfAnEventMustNotBeEmitted() {
        world.fill();
        Sent copy = world.sent(world.light(EventType.IMPRESSION)).stream()
                .filter(sent -> sent.origin().getPartition() == 1)
                .reduce((former, later) -> later)
                .orElseThrow();
        world.events().joined(copy);

        Reconciliation result = world.archive(Alteration.NONE).count().reconcile();

        assertThat(result.named()).as(text(result)).extracting(Difference::what).containsExactly(What.EMITTED_TWICE);
    }

    @Test
    void aClickMayWaitForItsImpressionUntilItIsAnOrphan() {
        world.fill().events().click("early", "comes later", 25, 0);
        world.joinedUpTo(world.hour().plus(Duration.ofHours(2)));
        world.archive(Alteration.NONE).count();

        assertThat(world.reconcile().events().get(1).waiting()).isEqualTo(1);
        assertThat(world.reconcile().equal()).isTrue();

        Reconciliation overdue =
                world.joinedUpTo(world.hour().plus(Duration.ofHours(26))).reconcile();
        assertThat(overdue.events().get(1).lost()).isEqualTo(1);
        assertThat(overdue.differenceCount()).as(text(overdue)).isEqualTo(1);
    }

    @Test
    void aClickMustNotWaitIfItsImpressionWasEmitted() {
        Sent lost = world.fill().events().click("forgotten", "i5", 25, 1);
        world.joinedUpTo(world.hour().plus(Duration.ofHours(2)));

        Reconciliation result = world.archive(Alteration.NONE).count().reconcile();

        assertNamed(result, What.NOT_EMITTED, lost);
        assertThat(text(result)).contains("the click was not emitted, although its impression was");
    }

    @Test
    void aRowOfTheStatisticsThatIsOffByOneIsNamed() throws SQLException {
        world.fill().archive(Alteration.NONE).count();
        execute("INSERT INTO stats_hour_data AS t (time, ad, place, " + StatisticsTable.counts("%1$s")
                + ") SELECT time, ad, place, 0, 1, 0, 0, 0, 0, 0, 0 FROM stats_hour WHERE time = '" + world.hour()
                + "' LIMIT 1 ON CONFLICT (time, ad, place) DO UPDATE SET clicks = t.clicks + 1");

        Reconciliation result = world.reconcile();

        assertThat(result.named()).extracting(Difference::what).containsExactly(What.OTHER_STATISTICS);
        assertThat(text(result))
                .contains("DIFFERENCE stats_hour " + world.hour() + " campaign=campaign")
                .contains("the joined events sum up to ");
    }

    @Test
    void anotherGroupThatIsCountedIntoTheSameRowsIsCountedToo() throws Exception {
        world.fill().archive(Alteration.NONE).count();
        try (SmallWorld other = world("other")) {
            other.fill().count();

            Reconciliation result = world.reconcile();

            assertThat(result.equal()).as(text(result)).isTrue();
            assertThat(result.postgres().groups())
                    .containsExactly(world.settings().group(), "other");
            assertThat(result.postgres().joined()).startsWith("impressions=24 clicks=12 conversions=6 ");
        } finally {
            execute("DELETE FROM ledger WHERE group_name = 'other'");
        }
    }

    @Test
    void whatRetentionDeletedFromATopicIsComparedWithoutIt() throws Exception {
        world.fill().archive(Alteration.NONE).count();
        kafka.admin()
                .deleteRecords(Map.of(
                        new TopicPartition(world.light(EventType.IMPRESSION), 0), RecordsToDelete.beforeOffset(4)))
                .all()
                .get();

        Reconciliation result = world.reconcile();

        assertThat(result.equal()).as(text(result)).isTrue();
        TableComparison.Result impressions = result.tables().get(0);
        assertThat(impressions.notCompared()).isEqualTo(4);
        assertThat(impressions.notes())
                .containsExactly("deleted from the topics, some possibly of the hour: "
                        + world.light(EventType.IMPRESSION) + "-0 before offset 4");
    }

    @Test
    void anHourThatIsNotArchivedOrNotClosedIsNotCompared() {
        world.fill().archive(Alteration.NONE).count();
        Sent later = world.events().impression(50, 0);

        assertThatThrownBy(() -> world.reconcile())
                .isInstanceOf(HourNotArchivedException.class)
                .hasMessageContaining("the hour " + world.hour() + " is not archived yet: the table impressions has "
                        + later.origin().getTopic() + "-0 up to offset "
                        + later.origin().getOffset());
        world.joinedUpTo(world.hour().plus(Duration.ofMinutes(59)));
        assertThatThrownBy(() -> world.reconcile())
                .isInstanceOf(HourNotClosedException.class)
                .hasMessageContaining("is not closed yet");
    }

    @Test
    void theExitCodeTellsWrongOptionsFromAnHourThatCannotBeCompared() {
        CommandLine command = ReconcileCommand.commandLine().setErr(new PrintWriter(new StringWriter()));

        assertThat(command.execute("--settings", "none.yaml")).isEqualTo(2);
        assertThat(command.execute("--settings", "none.yaml", "--last")).isEqualTo(3);
        assertThat(command.execute("--data", folder.toString(), "--last")).isEqualTo(3);
    }
}
