package io.lightflow.deploy.local;

import io.lightflow.deploy.feed.DcGroup;
import io.lightflow.deploy.feed.Feed;
import io.lightflow.deploy.feed.GeneratedFeed;
import io.lightflow.deploy.feed.GeneratedFeedSettings;
import io.lightflow.deploy.feed.IPinYouFeed;
import io.lightflow.deploy.feed.JsonLinesFeed;
import io.lightflow.deploy.feed.MissingImpressions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What {@code up} can be told. */
final class UpOptions {
    private static final double LIVE_RATE = 500;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--replay",
            paramLabel = "ipinyou:DIR|jsonl:FILE",
            description = "Feed logs of the iPinYou contest, or light events from JSON lines.")
    private String replay;

    @Option(
            names = "--derive-impressions",
            description =
                    "With ipinyou: add an impression, marked as derived and without a price, for every clicked bid"
                            + " that has none.")
    private boolean deriveImpressions;

    @Option(
            names = "--generate",
            paramLabel = "N[,seed=S]",
            description = "Feed N synthetic events with journeys over 30 days of event time.")
    private String generate;

    @Option(
            names = "--until-done",
            description = "End the input, wait until all of it is in the joined topics and in PostgreSQL, compare, and"
                    + " exit.")
    boolean untilDone;

    @Option(names = "--report", paramLabel = "FILE", description = "With --until-done: write the figures as JSON.")
    Path report;

    @Option(names = "--rate", paramLabel = "R", description = "Feed at most R events a second.")
    private Double rate;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Keep the data here; started again on it, everything goes on where it stopped. Without it, a"
                    + " folder below deploy/target that is emptied at every start.")
    Path data;

    @Option(
            names = "--groups",
            split = ",",
            paramLabel = "GROUP",
            description = "Which groups to run; of eu (eu) and us (us-west, us-east). Default: both.")
    private List<String> groups = List.of();

    @Option(
            names = "--micro-batch",
            paramLabel = "SECONDS",
            defaultValue = "2",
            description = "How often statistics are committed. Default: ${DEFAULT-VALUE} s.")
    private int microBatchSeconds;

    @Option(
            names = "--poll-records",
            paramLabel = "N",
            defaultValue = "50000",
            description = "How many records a task polls for one batch, about. Default: ${DEFAULT-VALUE}.")
    private int pollRecords;

    @Option(
            names = "--shards",
            paramLabel = "N",
            defaultValue = "4",
            description = "Partitions of every topic; fixed by the first start on a folder. Default: ${DEFAULT-VALUE}.")
    private int shards;

    @Option(
            names = "--parallelism",
            paramLabel = "N",
            defaultValue = "1",
            description = "Tasks of each dataflow topology. Default: ${DEFAULT-VALUE}.")
    private int parallelism;

    /** Whether the input ends by itself. */
    boolean isFinite() {
        return replay != null || generate != null;
    }

    double rate() {
        if (rate != null && !(rate > 0)) {
            throw wrong("--rate must be more than 0 events/s, found " + rate);
        }
        return rate == null ? isFinite() ? Double.POSITIVE_INFINITY : LIVE_RATE : rate;
    }

    LocalSettings settings(Path folder) {
        requireWithin("--micro-batch", microBatchSeconds, 1, 3600);
        requireWithin("--poll-records", pollRecords, 1, 1_000_000);
        requireWithin("--shards", shards, 1, 64);
        requireWithin("--parallelism", parallelism, 1, shards);
        if (untilDone && !isFinite()) {
            throw wrong("--until-done needs an input that ends: --replay or --generate");
        }
        if (report != null && !untilDone) {
            throw wrong("--report needs --until-done");
        }
        if (deriveImpressions && (replay == null || !replay.startsWith("ipinyou:"))) {
            throw wrong("--derive-impressions needs --replay ipinyou:DIR");
        }
        return LocalSettings.in(folder)
                .withGroups(groups())
                .withShards(shards)
                .withPollRecords(pollRecords)
                .withDataflowParallelism(parallelism)
                .withMicroBatch(Duration.ofSeconds(microBatchSeconds));
    }

    private void requireWithin(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw wrong(option + " must lie between " + least + " and " + most + ", found " + value);
        }
    }

    private List<DcGroup> groups() {
        if (groups.isEmpty()) {
            return DcGroup.LOCAL;
        }
        List<DcGroup> chosen = new ArrayList<>();
        for (String name : groups) {
            chosen.add(DcGroup.LOCAL.stream()
                    .filter(group -> group.name().equals(name.strip()))
                    .findFirst()
                    .orElseThrow(() -> wrong("--groups takes eu and us, found " + name)));
        }
        return chosen;
    }

    /** @throws IOException if the input cannot be opened */
    Feed feed(List<DcGroup> groups, Instant now) throws IOException {
        if (replay != null && generate != null) {
            throw wrong("--replay and --generate exclude each other");
        }
        if (generate != null) {
            return new GeneratedFeed(generatedSettings(groups));
        }
        if (replay == null) {
            return new GeneratedFeed(GeneratedFeedSettings.live(rate(), now.toEpochMilli(), now, groups));
        }
        if (replay.startsWith("ipinyou:")) {
            return IPinYouFeed.open(
                    Path.of(replay.substring("ipinyou:".length())),
                    deriveImpressions ? MissingImpressions.DERIVE : MissingImpressions.LEAVE,
                    groups);
        }
        if (replay.startsWith("jsonl:")) {
            Set<String> dcs = new HashSet<>();
            groups.forEach(group -> dcs.addAll(group.dcs()));
            return JsonLinesFeed.open(Path.of(replay.substring("jsonl:".length())), dcs);
        }
        throw wrong("--replay takes ipinyou:DIR or jsonl:FILE, found " + replay);
    }

    private GeneratedFeedSettings generatedSettings(List<DcGroup> groups) {
        String[] parts = generate.split(",seed=", 2);
        try {
            return GeneratedFeedSettings.of(
                    Long.parseLong(parts[0].strip()), parts.length == 1 ? 1 : Long.parseLong(parts[1].strip()), groups);
        } catch (NumberFormatException e) {
            throw wrong("--generate takes N or N,seed=S with whole numbers, found " + generate);
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
