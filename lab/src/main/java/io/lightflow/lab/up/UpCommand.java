package io.lightflow.lab.up;

import io.lightflow.deploy.local.DataDirectories;
import io.lightflow.deploy.local.DemonstrationSite;
import io.lightflow.deploy.local.LocalCapture;
import io.lightflow.deploy.local.LocalSettings;
import io.lightflow.deploy.local.LocalStack;
import io.lightflow.deploy.local.OrderlyExit;
import io.lightflow.deploy.query.QueryWorker;
import io.lightflow.lab.feed.Feed;
import io.lightflow.lab.feed.FeedProducer;
import io.lightflow.lab.feed.FeedSettings;
import io.lightflow.lab.feed.FeedTotals;
import io.lightflow.topology.operator.CommandErrors;
import io.lightflow.topology.schema.RegistrySchemas;
import io.lightflow.topology.settings.RegistrySection;
import io.lightflow.topology.settings.SettingsException;
import io.lightflow.topology.stores.StoreRebuild;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.InterruptException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lightflow up}: the whole platform on one machine. */
@Command(
        name = "up",
        description = "Start the whole platform in one process, feed it, and show its progress until Ctrl-C.",
        footer = {
            "",
            "Exit status: 0 if the input has been processed without a difference, 1 with a difference or a"
                    + " failure, 2 if"
                    + " an option is invalid, and 130 after Ctrl-C."
        })
public final class UpCommand implements Callable<Integer> {
    @Mixin
    private UpOptions options;

    @Mixin
    private StoreOption store;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    private final OrderlyExit exit = new OrderlyExit();

    @Override
    public Integer call() throws Exception {
        // Validates the options before anything is emptied or started.
        LocalSettings settings = options.settings(options.data == null ? DataDirectories.named("local") : options.data)
                .with(store.aerospike())
                .withReports();
        if (options.data == null) {
            DataDirectories.fresh("local");
        }
        return exit.run(() -> run(settings));
    }

    private int run(LocalSettings settings) throws Exception {
        if (!options.isFinite()) {
            return run(settings, () -> options.liveTraffic(settings.groups(), Instant.now()));
        }
        // Opens the input first, so that an unreadable input fails before anything starts.
        try (Feed input = options.input(settings.groups())) {
            return run(settings, () -> input);
        }
    }

    private int run(LocalSettings settings, Supplier<Feed> feed) throws Exception {
        long begin = System.nanoTime();
        try (LocalStack stack = new LocalStack(settings)) {
            stack.beforeExit(exit::stop);
            stack.runQueriesBy(QueryWorker.command());
            stack.startServers();
            if (options.rebuildStore) {
                settings.groups()
                        .forEach(group -> new StoreRebuild(stack.groupSettings(group), System.out::println).run());
            }
            stack.submitTopologies();
            System.out.printf("Up after %.1f s.%n", (System.nanoTime() - begin) / 1e9);
            if (options.isGenerated()) {
                DemonstrationCampaigns.create(stack.reportsUrl());
            }
            System.out.println("Campaigns, budgets and statistics: " + stack.reportsUrl() + "/");
            return showWithSite(stack, feed.get());
        }
    }

    private int showWithSite(LocalStack stack, Feed feed) throws Exception {
        if (stack.captures().isEmpty()) {
            return show(stack, feed);
        }
        LocalCapture capture = stack.captures().values().iterator().next();
        try (DemonstrationSite site = DemonstrationSite.start(capture)) {
            System.out.println("A page with an ad, to click on: " + site.url());
            return show(stack, feed);
        }
    }

    private int show(LocalStack stack, Feed feed) throws Exception {
        RegistrySection registry = new RegistrySection(List.of(stack.registryUrl()));
        FeedSettings feedSettings = FeedSettings.toFrontClusters(
                        stack.frontBootstraps(), stack.settings().shards())
                .withRate(options.rate());
        try (FeedProducer producer =
                new FeedProducer(feedSettings, RegistrySchemas.connect(registry).ids())) {
            producer.start();
            try (LiveView view = new LiveView(stack, producer)) {
                view.start();
                return feedUnlessStopped(stack, producer, feed);
            }
        }
    }

    /** A shard that has stopped waits for an operator, so the command ends with its reason. */
    private int feedUnlessStopped(LocalStack stack, FeedProducer producer, Feed feed)
            throws IOException, InterruptedException {
        try (ShardStopWatch watch = new ShardStopWatch(stack, Thread.currentThread())) {
            watch.start();
            try {
                return feed(stack, producer, feed);
            } catch (IOException | InterruptedException | RuntimeException e) {
                if (watch.reason().isPresent()) {
                    // The watch has set it; closing needs a thread that can wait.
                    Thread.interrupted();
                    throw new SettingsException(
                            watch.reason()
                                    .get()
                                    .replace(
                                            "lightflow rebuild-store --settings FILE",
                                            "lightflow up --rebuild-store, and the other options as before"),
                            e);
                }
                throw e;
            }
        }
    }

    private int feed(LocalStack stack, FeedProducer producer, Feed feed) throws IOException, InterruptedException {
        try {
            long begin = System.nanoTime();
            FeedTotals fed = producer.feed(feed);
            feed.skipped().named().forEach(row -> System.out.println("skipped " + row));
            if (!options.untilDone) {
                new CountDownLatch(1).await();
            }
            return finish(Settlement.settle(stack, producer, fed, feed.skipped(), begin));
        } catch (InterruptException e) {
            // An interrupted Kafka client leaves the thread interrupted, and close() could not wait for its threads.
            Thread.interrupted();
            throw e;
        }
    }

    private int finish(Report report) throws IOException {
        System.out.println(report.toJson());
        if (options.report != null) {
            report.write(options.report);
            System.out.println("The report is in " + options.report.toAbsolutePath());
        }
        report.differences().forEach(difference -> System.err.println("Difference: " + difference));
        return report.balanced() ? 0 : 1;
    }

    /** The command. */
    public static CommandLine commandLine() {
        return CommandErrors.installOn(new CommandLine(new UpCommand()));
    }
}
