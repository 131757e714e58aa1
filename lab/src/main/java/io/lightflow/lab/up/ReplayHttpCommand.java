package io.lightflow.lab.up;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.lightflow.deploy.group.DcGroup;
import io.lightflow.deploy.local.DataDirectories;
import io.lightflow.deploy.local.LocalSettings;
import io.lightflow.deploy.local.LocalStack;
import io.lightflow.lab.feed.Feed;
import io.lightflow.lab.feed.FeedProducer;
import io.lightflow.lab.feed.FeedSettings;
import io.lightflow.lab.feed.FeedTotals;
import io.lightflow.lab.feed.IPinYouFeed;
import io.lightflow.lab.feed.MissingImpressions;
import io.lightflow.lab.replay.CaptureRoute;
import io.lightflow.topology.operator.CommandErrors;
import io.lightflow.topology.schema.RegistrySchemas;
import io.lightflow.topology.settings.RegistrySection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lab/replay-http}: compares a replay over HTTP with a direct one. */
@Command(
        name = "replay-http",
        mixinStandardHelpOptions = true,
        description =
                "Replay logs of the iPinYou contest as requests to capture servers, and directly. Exit status 1 if"
                        + " any figure differs.")
public final class ReplayHttpCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /** How events reach the front clusters. */
    private enum Route {
        DIRECT("replay-direct"),
        HTTP("replay-http");

        private final String folder;

        Route(String folder) {
            this.folder = folder;
        }
    }

    @Option(names = "--logs", required = true, paramLabel = "DIR", description = "Folder with the logs")
    private Path logs;

    @Option(
            names = "--derive-impressions",
            description = "Add an impression, marked as derived and without a price, for every clicked bid that has"
                    + " none. Batches carry them.")
    private boolean deriveImpressions;

    @Option(names = "--report", paramLabel = "FILE", description = "Write both results as JSON to this file.")
    private Path report;

    private ReplayHttpCommand() {}

    public static void main(String[] arguments) {
        // Embedded servers leave threads behind that are no daemons.
        System.exit(CommandErrors.installOn(new CommandLine(new ReplayHttpCommand()))
                .execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Map<String, Report> results = new LinkedHashMap<>();
        results.put("direct", replay(Route.DIRECT));
        results.put("http", replay(Route.HTTP));
        String json = JSON.writeValueAsString(results);
        System.out.println(json);
        if (report != null) {
            Files.writeString(report, json + System.lineSeparator());
        }
        boolean same =
                results.get("direct").figures().equals(results.get("http").figures());
        System.out.println(same ? "All figures are the same." : "Difference: the figures are not the same.");
        return same && results.values().stream().allMatch(Report::balanced) ? 0 : 1;
    }

    private Report replay(Route route) throws IOException, InterruptedException {
        LocalSettings settings = LocalSettings.in(DataDirectories.fresh(route.folder));
        MissingImpressions missing = deriveImpressions ? MissingImpressions.DERIVE : MissingImpressions.LEAVE;
        try (Feed feed = IPinYouFeed.open(logs, missing, DcGroup.LOCAL);
                LocalStack stack = new LocalStack(settings)) {
            stack.startServers();
            stack.submitTopologies();
            if (route == Route.DIRECT) {
                return replay(
                        stack,
                        feed,
                        new FeedProducer(feedSettings(stack), schemas(stack).ids()));
            }
            try (CaptureRoute capture = CaptureRoute.start(
                    settings.data().resolve("capture"), stack.frontBootstraps(), settings.shards())) {
                return replay(
                        stack,
                        feed,
                        new FeedProducer(feedSettings(stack), schemas(stack).ids(), capture));
            }
        }
    }

    private static FeedSettings feedSettings(LocalStack stack) {
        return FeedSettings.toFrontClusters(
                stack.frontBootstraps(), stack.settings().shards());
    }

    private static RegistrySchemas schemas(LocalStack stack) {
        return RegistrySchemas.connect(new RegistrySection(List.of(stack.registryUrl())));
    }

    private static Report replay(LocalStack stack, Feed feed, FeedProducer producer) throws InterruptedException {
        try (producer) {
            producer.start();
            long begin = System.nanoTime();
            FeedTotals fed = producer.feed(feed);
            return Settlement.settle(stack, producer, fed, feed.skipped(), begin);
        }
    }
}
