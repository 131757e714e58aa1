package io.lightflow.lab.up;

import io.lightflow.attribution.Windows;
import io.lightflow.deploy.group.DcGroup;
import io.lightflow.deploy.local.LocalStack;
import io.lightflow.lab.feed.FeedProducer;
import io.lightflow.lab.feed.FeedTotals;
import io.lightflow.lab.feed.SkippedRows;
import io.lightflow.position.Books;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Completes a fed input, and checks the platform's results for consistency. */
final class Settlement {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private Settlement() {}

    /**
     * Sends the closing beacons, waits until all events are in the joined topics and in PostgreSQL, and counts both.
     *
     * @param beginNanos when feeding started, by {@link System#nanoTime}
     * @throws IllegalStateException if there is no progress for three minutes
     */
    static Report settle(LocalStack stack, FeedProducer producer, FeedTotals fed, SkippedRows skipped, long beginNanos)
            throws InterruptedException {
        Duration disorder = stack.settings().allowedDisorder();
        try (Completion completion = new Completion(stack)) {
            Duration span = span(fed, completion, disorder);
            producer.sendClosingBeacons(span);
            // An empty input has no end to wait for.
            if (fed.greatestTimeMs() > 0) {
                completion.await(fed.greatestTimeMs() + span.minus(disorder).toMillis(), PATIENCE);
            }
            double seconds = (System.nanoTime() - beginNanos) / 1e9;
            Books books = completion.books();
            List<String> differences = new ArrayList<>(completion.differences());
            Totals postgres = PostgresTotals.read(stack);
            Totals topics = JoinedTopics.count(
                    stack.centralBootstrap(),
                    stack.settings().groups().stream().map(DcGroup::name).toList(),
                    stack.settings().shards());
            if (!postgres.equals(topics)) {
                differences.add("PostgreSQL has " + postgres + ", the joined topics have " + topics);
            }
            return Report.of(books, skipped, postgres, differences, seconds);
        }
    }

    /**
     * Time from the last event to the closing beacons. It is long enough to fire every timer. It also reaches beyond
     * any earlier input, since the watermark may already have reached the end of that input.
     */
    private static Duration span(FeedTotals fed, Completion completion, Duration disorder) {
        Duration timers =
                Windows.DEFAULT.orphanAfter().plus(disorder.multipliedBy(2)).plusMinutes(1);
        long former = completion.greatestTime();
        return former < fed.greatestTimeMs() + timers.toMillis()
                ? timers
                : Duration.ofMillis(former - fed.greatestTimeMs()).plusSeconds(1);
    }
}
