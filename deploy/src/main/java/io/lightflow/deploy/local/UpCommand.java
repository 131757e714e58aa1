package io.lightflow.deploy.local;

import io.lightflow.deploy.feed.Feed;
import io.lightflow.deploy.feed.FeedProducer;
import io.lightflow.deploy.feed.FeedSettings;
import io.lightflow.deploy.feed.FeedTotals;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.trident.RegistrySchemas;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code deploy/local/up}: the whole platform on one machine. */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description = "Start the whole platform in one process, feed it, and show what it does until Ctrl-C.")
public final class UpCommand implements Callable<Integer> {
    @Mixin
    private UpOptions options;

    private final CountDownLatch stopped = new CountDownLatch(1);

    @Override
    public Integer call() throws Exception {
        // Before anything is emptied or started: are the options right?
        LocalSettings settings = options.settings(options.data == null ? Folders.named("local") : options.data);
        if (options.data == null) {
            Folders.fresh("local");
        }
        long begin = System.nanoTime();
        try (LocalStack stack = new LocalStack(settings)) {
            Thread closing = closeAtExit(stack);
            stack.startServers();
            stack.submitTopologies();
            System.out.printf("Up after %.1f s.%n", seconds(begin));
            try {
                return run(stack);
            } finally {
                removeHook(closing);
            }
        }
    }

    private int run(LocalStack stack) throws Exception {
        GroupSettings.Registry registry = new GroupSettings.Registry(List.of(stack.registryUrl()));
        FeedSettings feedSettings = FeedSettings.toFrontClusters(
                        stack.frontBootstraps(), stack.settings().shards())
                .withRate(options.rate());
        try (Feed feed = options.feed(stack.settings().groups(), Instant.now());
                FeedProducer producer = new FeedProducer(
                        feedSettings, RegistrySchemas.connect(registry).ids())) {
            producer.start();
            try (LiveView view = new LiveView(stack, producer)) {
                view.start();
                long begin = System.nanoTime();
                FeedTotals fed = producer.feed(feed);
                feed.skipped().named().forEach(row -> System.out.println("skipped " + row));
                if (!options.untilDone) {
                    stopped.await();
                    return 0;
                }
                return finish(Settlement.settle(stack, producer, fed, feed.skipped(), begin));
            }
        }
    }

    private int finish(Report report) throws IOException {
        System.out.println(report.toJson());
        if (options.report != null) {
            report.write(options.report);
            System.out.println("The report is in " + options.report.toAbsolutePath());
        }
        report.differences().forEach(difference -> System.err.println("Wrong: " + difference));
        return report.balanced() ? 0 : 1;
    }

    private Thread closeAtExit(LocalStack stack) {
        Thread hook = new Thread(
                () -> {
                    stopped.countDown();
                    stack.close();
                },
                "lightflow-stop");
        Runtime.getRuntime().addShutdownHook(hook);
        return hook;
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is on its way out and the hook at work: it does the closing.
            return;
        }
    }

    private static double seconds(long sinceNanos) {
        return (System.nanoTime() - sinceNanos) / 1e9;
    }

    public static void main(String[] arguments) {
        // Runtime.halt after an orderly end: embedded servers leave threads behind that are no daemons.
        int exitCode = new CommandLine(new UpCommand()).execute(arguments);
        System.out.flush();
        System.exit(exitCode);
    }
}
