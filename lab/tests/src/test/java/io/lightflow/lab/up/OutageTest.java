package io.lightflow.lab.up;

import static io.lightflow.lab.up.EventsFeed.click;
import static io.lightflow.lab.up.EventsFeed.impression;
import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.lab.feed.FeedEvent;
import io.lightflow.position.Books;
import io.lightflow.position.Books.Entry;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** While a server is away the topologies wait, and go on by themselves: nothing is lost and nothing doubled. */
@OnLocalStack
@ExtendWith(SharedStand.class)
@Order(SharedStand.FIRST)
class OutageTest {
    private static final int PAIRS = 300;
    private static final double EVENTS_PER_SECOND = 200;
    /** Longer than any client waits for an answer. */
    private static final Duration OUTAGE = Duration.ofSeconds(12);
    /** From the end of the outage until everything is counted; less than any of Storm's time-outs. */
    private static final Duration BACK_WITHIN = Duration.ofSeconds(25);

    private final ExecutorService feeder = Executors.newSingleThreadExecutor();

    @AfterEach
    void endFeeding() {
        feeder.shutdownNow();
    }

    @Test
    void postgresqlMayBeAway(Stand stand) throws Exception {
        beAway(stand, "postgres", () -> stand.stack().postgres().close(), () -> stand.stack()
                .postgres()
                .start());
    }

    @Test
    void theCentralClusterMayBeAway(Stand stand) throws Exception {
        beAway(stand, "kafka", () -> stand.stack().central().close(), () -> stand.stack()
                .central()
                .start());
    }

    /** Stops a server while events are fed, joined and counted. */
    private void beAway(Stand stand, String prefix, Runnable stop, Runnable start) throws Exception {
        Totals before = PostgresTotals.read(stand.stack());
        Books books = stand.books();
        long in = books.total(Entry.IN);
        long time = stand.laterMs();

        // Feeding waits, too, while the cluster that it feeds is away.
        Future<?> fed = feeder.submit(() -> stand.feed(EVENTS_PER_SECOND, pairs(prefix + "-before", time)));
        stand.awaitIn(in + PAIRS / 2);
        stop.run();
        Stand.pass(OUTAGE, () -> true);
        start.run();
        long back = System.nanoTime();
        fed.get();
        Report report = stand.replay(pairs(prefix + "-after", time + 60_000));

        assertThat(Duration.ofNanos(System.nanoTime() - back)).isLessThan(BACK_WITHIN);
        assertNothingLostOrDoubled(stand, before, report, 2);
        assertThat(report.late()).isEqualTo(books.total(Entry.LATE));
    }

    private static void assertNothingLostOrDoubled(Stand stand, Totals before, Report report, int times) {
        long pairs = (long) times * PAIRS;
        assertThat(report.balanced()).as(report.differences().toString()).isTrue();
        assertThat(PostgresTotals.read(stand.stack()))
                .isEqualTo(new Totals(
                        before.impressions() + pairs,
                        before.clicks() + pairs,
                        before.conversions(),
                        before.invalid(),
                        before.spendMicros().add(BigInteger.valueOf(pairs * EventsFeed.PRICE_MICROS)),
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
