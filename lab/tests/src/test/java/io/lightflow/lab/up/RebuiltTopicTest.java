package io.lightflow.lab.up;

import static io.lightflow.lab.up.EventsFeed.click;
import static io.lightflow.lab.up.EventsFeed.impression;
import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.deploy.embedded.Await;
import io.lightflow.event.EventType;
import io.lightflow.lab.feed.FeedEvent;
import io.lightflow.position.Books;
import io.lightflow.position.Books.Entry;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A topic that was deleted and made again, as when a mirror is rebuilt, changes nothing (invariants B and D). */
@OnLocalStack
@ExtendWith(SharedStand.class)
@Order(SharedStand.FIRST)
class RebuiltTopicTest {

    @Test
    void theSameEventsInATopicThatWasMadeAgainAreDuplicates(Stand stand) throws Exception {
        long time = stand.laterMs();
        FeedEvent[] impressions = {impression("rebuilt-1", time), impression("rebuilt-2", time + 1)};
        stand.replay(impressions[0], impressions[1], click("rebuilt-1", time + 2));
        Books before = stand.books();
        Totals totals = PostgresTotals.read(stand.stack());

        makeAgain(stand, EventType.IMPRESSION.centralTopic(EventsFeed.DC));
        stand.feed(impressions);
        stand.awaitBooks(
                "both come again",
                books -> books.get(EventType.IMPRESSION, Entry.IN) == before.get(EventType.IMPRESSION, Entry.IN) + 2);
        long later = stand.laterMs();
        Report report = stand.replay(impression("rebuilt-3", later), click("rebuilt-2", later + 1));

        assertThat(report.balanced()).as(report.differences().toString()).isTrue();
        assertThat(stand.books().get(EventType.IMPRESSION, Entry.DUPLICATE))
                .isEqualTo(before.get(EventType.IMPRESSION, Entry.DUPLICATE) + 2);
        Totals after = PostgresTotals.read(stand.stack());
        assertThat(after.impressions()).isEqualTo(totals.impressions() + 1);
        // It finds the impression of the topic's former life.
        assertThat(after.clicks()).isEqualTo(totals.clicks() + 1);
    }

    private static void makeAgain(Stand stand, String topic) throws Exception {
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", stand.stack().centralBootstrap()))) {
            admin.deleteTopics(List.of(topic)).all().get();
            Await.until(
                    "the topic is gone",
                    Stand.PATIENCE,
                    () -> !admin.listTopics().names().get().contains(topic));
        }
        stand.stack()
                .central()
                .createTopics(
                        List.of(new NewTopic(topic, stand.stack().settings().shards(), (short) 1)));
    }
}
