package io.lightflow.lab.up;

import io.lightflow.deploy.local.LocalStack;
import io.lightflow.event.EventType;
import io.lightflow.lab.feed.FeedProducer;
import io.lightflow.position.Books;
import io.lightflow.position.Books.Entry;
import io.lightflow.position.Position;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Shows the progress of the platform: on a terminal a view that is refreshed every second, elsewhere a line every few
 * seconds.
 */
final class LiveView implements AutoCloseable {
    private static final Duration ON_TERMINAL = Duration.ofSeconds(1);
    private static final Duration ELSEWHERE = Duration.ofSeconds(5);

    private final LocalStack stack;
    private final FeedProducer producer;
    /** Set by the shell script, because {@link System#console} differs between JDKs. */
    private final boolean terminal = Boolean.getBoolean("lightflow.terminal");

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread daemon = new Thread(work, "lightflow-view");
        daemon.setDaemon(true);
        return daemon;
    });
    private Completion completion;
    private long lastIn;
    private long lastNs;

    LiveView(LocalStack stack, FeedProducer producer) {
        this.stack = stack;
        this.producer = producer;
    }

    void start() {
        System.out.print(addresses());
        lastNs = System.nanoTime();
        long everyMs = (terminal ? ON_TERMINAL : ELSEWHERE).toMillis();
        thread.scheduleWithFixedDelay(this::show, everyMs, everyMs, TimeUnit.MILLISECONDS);
    }

    private void show() {
        try {
            if (completion == null) {
                completion = new Completion(stack);
            }
            Books books = completion.books();
            long[] lags = completion.lags();
            long now = System.nanoTime();
            long in = books.total(Entry.IN);
            double perSecond = (in - lastIn) / ((now - lastNs) / 1e9);
            lastIn = in;
            lastNs = now;
            System.out.println(terminal ? picture(books, lags, perSecond) : line(books, lags, perSecond));
        } catch (RuntimeException | SQLException e) {
            System.out.println("The platform is unavailable at the moment: " + e.getMessage());
        }
    }

    private String line(Books books, long[] lags, double perSecond) {
        return String.format(
                Locale.ROOT,
                "fed %d  in %d  %.0f events/s  lag %d/%d  joined %d  waiting %d  duplicate %d  orphaned %d  %s",
                producer.totals().read(),
                books.total(Entry.IN),
                perSecond,
                lags[0],
                lags[1],
                books.total(Entry.JOINED),
                books.total(Entry.WAITING),
                books.total(Entry.DUPLICATE),
                books.total(Entry.ORPHANED),
                books.balanced() ? "balanced" : "NOT BALANCED");
    }

    private String picture(Books books, long[] lags, double perSecond) throws SQLException {
        StringBuilder text = new StringBuilder("\u001b[H\u001b[2J");
        long watermark = completion.watermark();
        text.append(String.format(
                Locale.ROOT,
                "Lightflow   %.0f events/s   lag: join %d, statistics %d   complete up to %s%n%n",
                perSecond,
                lags[0],
                lags[1],
                watermark == Position.NO_TIME ? "-" : Instant.ofEpochMilli(watermark)));
        text.append(String.format("%-12s", "books"));
        for (Entry entry : Entry.values()) {
            text.append(String.format("%13s", entry.name().toLowerCase(Locale.ROOT)));
        }
        text.append('\n');
        for (EventType type : EventType.values()) {
            text.append(String.format("%-12s", type.plural()));
            for (Entry entry : Entry.values()) {
                text.append(String.format("%13d", books.get(type, entry)));
            }
            text.append('\n');
        }
        text.append(books.balanced() ? "balanced\n\n" : "NOT BALANCED\n\n");
        text.append(PostgresTotals.topCampaigns(stack, 8)).append('\n');
        return text.append(addresses()).append("Ctrl-C stops everything.\n").toString();
    }

    private String addresses() {
        StringBuilder text = new StringBuilder();
        text.append("statistics       ").append(stack.postgres().psqlCommand()).append('\n');
        if (stack.settings().archive()) {
            text.append("Iceberg tables   ")
                    .append(stack.settings().archiveFolder())
                    .append('\n');
        }
        text.append("Prometheus       file_sd_configs of ")
                .append(stack.settings().targetsFolder())
                .append("/*.json\n");
        if (!stack.captures().isEmpty()) {
            text.append("capture        ");
            stack.captures()
                    .forEach((dc, capture) ->
                            text.append("  ").append(dc).append(' ').append(capture.url()));
            text.append('\n');
        }
        text.append("schema registry  ").append(stack.registryUrl());
        stack.dcRegistryUrls()
                .forEach((dc, url) -> text.append("  ").append(dc).append(' ').append(url));
        text.append('\n');
        text.append("Kafka            central ").append(stack.centralBootstrap());
        stack.frontBootstraps()
                .forEach((dc, servers) ->
                        text.append("  ").append(dc).append(' ').append(servers));
        return text.append('\n').toString();
    }

    @Override
    public void close() {
        // Not interrupted: a running request may finish.
        thread.shutdown();
        try {
            if (thread.awaitTermination(10, TimeUnit.SECONDS) && completion != null) {
                completion.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
