package io.lightflow.lab.up;

import io.lightflow.deploy.group.DcGroup;
import io.lightflow.deploy.local.LocalStack;
import io.lightflow.join.JoinSettings;
import io.lightflow.lab.feed.FeedProducer;
import io.lightflow.lab.feed.FeedTotals;
import io.lightflow.lab.feed.SkippedRows;
import io.lightflow.position.Books;
import io.lightflow.position.Books.Entry;
import io.lightflow.topology.schema.RegistrySchemas;
import io.lightflow.topology.settings.RegistrySection;
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
        List<JoinSettings> rules = stack.settings().groups().stream()
                .map(group -> stack.groupSettings(group).join().of(group.name()))
                .toList();
        Duration disorder = rules.stream()
                .map(JoinSettings::allowedDisorder)
                .max(Duration::compareTo)
                .orElseThrow();
        try (Completion completion = new Completion(stack)) {
            Duration span = span(fed, completion, timers(rules).plus(disorder));
            producer.sendClosingBeacons(span);
            // An empty input has no end to wait for.
            if (fed.greatestTimeMs() > 0) {
                completion.await(fed.greatestTimeMs() + span.minus(disorder).toMillis(), PATIENCE);
            }
            double seconds = (System.nanoTime() - beginNanos) / 1e9;
            Books books = completion.books();
            List<String> differences = new ArrayList<>(completion.differences());
            Totals postgres = PostgresTotals.read(stack);
            RegistrySection registry = new RegistrySection(List.of(stack.registryUrl()));
            Totals topics = JoinedTopics.count(
                    RegistrySchemas.connect(registry),
                    stack.centralBootstrap(),
                    stack.settings().groups().stream().map(DcGroup::name).toList(),
                    stack.settings().shards());
            if (books.total(Entry.WAITING) != 0) {
                differences.add(books.total(Entry.WAITING) + " events still wait after the closing beacons: " + books);
            }
            if (!postgres.equals(topics)) {
                differences.add("PostgreSQL has " + postgres + ", the joined topics have " + topics);
            }
            return Report.of(books, skipped, postgres, differences, seconds);
        }
    }

    /** Time from an event to the closing beacons that let all its timers fire. */
    private static Duration timers(List<JoinSettings> rules) {
        long longest =
                rules.stream().mapToLong(each -> each.closingTime(0)).max().orElseThrow();
        return Duration.ofMillis(longest).plusMinutes(1);
    }

    /**
     * Time from the last event to the closing beacons. It also reaches beyond any earlier input, since the watermark
     * may already have reached the end of that input, and its events may have timers from longer windows.
     */
    private static Duration span(FeedTotals fed, Completion completion, Duration timers) {
        long former = Math.max(completion.greatestTime(), completion.lastTimer());
        return former < fed.greatestTimeMs() + timers.toMillis()
                ? timers
                : Duration.ofMillis(former - fed.greatestTimeMs()).plusMinutes(1);
    }
}
