package io.lightflow.lab.up;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.deploy.group.DcGroup;
import io.lightflow.deploy.local.LocalSettings;
import io.lightflow.deploy.local.LocalSettings.Registries;
import io.lightflow.lab.answer.BatchAnswer;
import io.lightflow.lab.feed.Feed;
import io.lightflow.lab.feed.GeneratedFeed;
import io.lightflow.lab.feed.GeneratedFeedSettings;
import io.lightflow.position.Books;
import io.lightflow.position.Books.Entry;
import io.lightflow.registry.node.NodeClients;
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
 * Synthetic journeys through front clusters, mirror and both groups, and with a schema registry in each data center.
 */
@OnLocalStack
@TestInstance(Lifecycle.PER_CLASS)
@TestMethodOrder(OrderAnnotation.class)
class SyntheticReplayTest {
    private static final long EVENTS = 12_000;

    private final GeneratedFeedSettings events = GeneratedFeedSettings.of(EVENTS, Seed.choose(), DcGroup.LOCAL);
    private Stand stand;
    private Report report;

    @BeforeAll
    void replay(@TempDir Path data) throws Exception {
        stand = Stand.start(LocalSettings.in(data).withPollRecords(3_000).with(Registries.ONE_PER_DC));
        try (Feed feed = new GeneratedFeed(events)) {
            report = stand.replay(feed);
        }
    }

    @AfterAll
    void end() {
        if (stand != null) {
            stand.close();
        }
    }

    @Test
    @Order(1)
    void everyEventAndEveryMinuteRowIsThatOfTheBatchRun() throws Exception {
        try (Feed again = new GeneratedFeed(events)) {
            Answers.assertSame(stand, BatchAnswer.of(again, DcGroup.LOCAL, stand.schemas()));
        }
        assertThat(report.balanced()).as(report.differences().toString()).isTrue();
        assertThat(report.late()).isZero();
    }

    @Test
    @Order(2)
    void anHourIsCertifiedAndOneRemovedRecordAndOneChangedRowAreNamed(@TempDir Path folder) throws Exception {
        CertifiedHour hour = CertifiedHour.busiest(stand, folder);

        hour.assertComplete();
        hour.assertNotClosedTooEarly();
        CertifiedHour.Joined removed = hour.removeFirstJoinedImpression();
        String row = hour.changeRow();
        hour.assertNamed(removed, row);
    }

    /** The clicks have a schema that was registered in one data center only. */
    @Test
    @Order(3)
    void theClicksThatKafkaJsSendsInOneDataCenterAreJoinedWithItsImpressionsOfAnother() throws Exception {
        NodeClients.install();
        List<String> expected = KafkaJs.joinedClicks();
        Books before = stand.books();

        KafkaJs.sendImpressionsAndClicks(stand);

        stand.awaitIn(before.total(Entry.IN) + 2L * expected.size());
        assertThat(stand.outputs().outcomes(List.of(Stand.US.name()))).containsAll(expected);
    }
}
