package io.lightflow.deploy.local;

import static io.lightflow.deploy.local.EventsFeed.click;
import static io.lightflow.deploy.local.EventsFeed.impression;
import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.deploy.feed.FeedEvent;
import io.lightflow.position.Books.Entry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** While a server is away the topologies wait, and go on by themselves: nothing is lost and nothing doubled. */
@Tag("local")
@ExtendWith(SharedStand.class)
class OutageTest {
    private static final int PAIRS = 300;
    /** Longer than any client waits for an answer. */
    private static final Duration OUTAGE = Duration.ofSeconds(12);

    @Test
    void postgresqlMayBeAway(Stand stand) throws Exception {
        Totals before = PostgresTotals.read(stand.stack());
        long in = stand.books().total(Entry.IN);
        long time = stand.laterMs();

        // Counted, but not yet committed.
        stand.feed(pairs("postgres-before", time));
        stand.awaitIn(in + 2 * PAIRS);
        stand.stack().postgres().close();
        // The ledger of the join is in Kafka.
        Stand.pass(OUTAGE, () -> true);
        stand.stack().postgres().start();

        assertNothingLostOrDoubled(stand, before, stand.replay(pairs("postgres-after", time + 60_000)), 2);
    }

    private static void assertNothingLostOrDoubled(Stand stand, Totals before, Report report, int times) {
        long pairs = (long) times * PAIRS;
        assertThat(report.balanced()).as(report.differences().toString()).isTrue();
        assertThat(report.late()).isZero();
        assertThat(PostgresTotals.read(stand.stack()))
                .isEqualTo(new Totals(
                        before.impressions() + pairs,
                        before.clicks() + pairs,
                        before.conversions(),
                        before.invalid(),
                        before.spendMicros() + pairs * EventsFeed.PRICE_MICROS,
                        before.revenueMicros()));
    }

    /** Impressions, each with a click. */
    private static FeedEvent[] pairs(String prefix, long timeMs) {
        List<FeedEvent> events = new ArrayList<>();
        for (int i = 0; i < PAIRS; i++) {
            events.add(impression(prefix + "-" + i, timeMs + i));
            events.add(click(prefix + "-" + i, timeMs + i));
        }
        return events.toArray(FeedEvent[]::new);
    }
}
