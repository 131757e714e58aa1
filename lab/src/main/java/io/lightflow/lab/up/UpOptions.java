package io.lightflow.lab.up;

import io.lightflow.deploy.group.DcGroup;
import io.lightflow.deploy.local.GroupOverlay;
import io.lightflow.deploy.local.LocalSettings;
import io.lightflow.deploy.local.LocalSettings.Registries;
import io.lightflow.lab.feed.Feed;
import io.lightflow.lab.feed.GeneratedFeed;
import io.lightflow.lab.feed.GeneratedFeedSettings;
import io.lightflow.lab.feed.IPinYouFeed;
import io.lightflow.lab.feed.JsonLinesFeed;
import io.lightflow.lab.feed.MissingImpressions;
import io.lightflow.lab.options.DurationOptions;
import io.lightflow.topology.settings.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
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

/** The options of {@code up}. */
final class UpOptions {
    private static final double LIVE_RATE = 500;
    private static final String IPINYOU = "ipinyou:";
    private static final String JSON_LINES = "jsonl:";

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

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "With --until-done: write the results as JSON to this file.")
    Path report;

    @Option(
            names = "--rate",
            paramLabel = "R",
            description = "Feed at most R events per second; live traffic: R on average, 500 without this option.")
    private Double rate;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Data directory; a restart on it continues where the previous run stopped. Without it, a"
                    + " directory that is emptied at every start.")
    Path data;

    @Option(
            names = "--rebuild-store",
            description = "Before the topologies start, fill their join stores from the light topics up to the ledger,"
                    + " as `lightflow rebuild-store` does.")
    boolean rebuildStore;

    @Option(
            names = "--groups",
            split = ",",
            paramLabel = "GROUP",
            description = "Groups to run, of eu (eu) and us (us-west, us-east). Default: both.")
    private List<String> groups = List.of();

    @Option(
            names = "--micro-batch",
            paramLabel = "DURATION",
            defaultValue = "2s",
            converter = DurationOptions.Seconds.class,
            description = "Interval of committing statistics; a bare number means seconds. Default: ${DEFAULT-VALUE}.")
    private int microBatchSeconds;

    @Option(
            names = "--poll-records",
            paramLabel = "N",
            defaultValue = "50000",
            description = "Approximate number of records that a task polls for one batch. Default: ${DEFAULT-VALUE}.")
    private int pollRecords;

    @Option(
            names = "--shards",
            paramLabel = "N",
            defaultValue = "4",
            description =
                    "Partitions of every topic; the first start on a directory fixes them. Default: ${DEFAULT-VALUE}.")
    private int shards;

    @Option(
            names = "--parallelism",
            paramLabel = "N",
            defaultValue = "1",
            description = "Number of tasks of each dataflow topology. Default: ${DEFAULT-VALUE}.")
    private int parallelism;

    @Option(
            names = "--settings",
            paramLabel = "FILE",
            description = "Part of a group's settings, such as join and pace, that replaces those of the stack: of the"
                    + " group that it names, otherwise of all. Servers, data centers and shards stay those of the"
                    + " stack.")
    private Path settings;

    @Option(
            names = "--registry-per-dc",
            description = "Start a schema registry for each data center, too. Schemas registered in one are known to"
                    + " all of them within seconds.")
    private boolean registryPerDc;

    @Option(
            names = "--no-capture",
            description = "Do not start capture servers. They run with live traffic only: the events of browsers have"
                    + " the time of the clock.")
    private boolean noCapture;

    @Option(names = "--no-archive", description = "Do not archive the events in Iceberg tables.")
    private boolean noArchive;

    /** Whether the input is finite. */
    boolean isFinite() {
        return replay != null || generate != null;
    }

    /** Whether the events are generated rather than replayed. */
    boolean isGenerated() {
        return replay == null;
    }

    /** The most events per second that are fed. Live traffic keeps time by itself. */
    double rate() {
        if (rate != null && !(rate > 0)) {
            throw wrong("--rate must be more than 0 events/s, found " + rate);
        }
        return rate == null || !isFinite() ? Double.POSITIVE_INFINITY : rate;
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
        if (report != null) {
            checkReport();
        }
        if (deriveImpressions && (replay == null || !replay.startsWith(IPINYOU))) {
            throw wrong("--derive-impressions needs --replay ipinyou:DIR");
        }
        checkInput();
        LocalSettings local = LocalSettings.in(folder)
                .withGroups(groups())
                .withShards(shards)
                .withPollRecords(pollRecords)
                .withDataflowParallelism(parallelism)
                .withMicroBatch(Duration.ofSeconds(microBatchSeconds))
                .with(registryPerDc ? Registries.ONE_PER_DC : Registries.ONE);
        LocalSettings archived = noArchive ? local : local.withArchive();
        LocalSettings captured = noCapture || isFinite() ? archived : archived.withCapture();
        return settings == null ? captured : withFile(captured);
    }

    private LocalSettings withFile(LocalSettings local) {
        try {
            GroupOverlay overlay = GroupOverlay.read(settings);
            List<String> names = local.groups().stream().map(DcGroup::name).toList();
            if (!overlay.group().isEmpty() && !names.contains(overlay.group())) {
                throw wrong("--settings " + settings + " is for the group " + overlay.group() + ", expected one of "
                        + names + ", or no group for all of them");
            }
            LocalSettings merged = local.with(overlay);
            merged.check();
            if (!overlay.ignored().isEmpty()) {
                spec.commandLine()
                        .getErr()
                        .println("--settings " + settings + ": the stack has its own " + overlay.ignored());
            }
            return merged;
        } catch (SettingsException e) {
            throw wrong("--settings: " + e.getMessage());
        }
    }

    /** Checks the input before anything starts. */
    private void checkInput() {
        if (replay != null && generate != null) {
            throw wrong("--replay and --generate exclude each other");
        }
        rate();
        if (generate != null) {
            generatedSettings(groups());
        } else if (replay != null && replay.startsWith(IPINYOU)) {
            if (!Files.isDirectory(replayed())) {
                throw wrong("--replay ipinyou:DIR needs a folder, found none at " + replayed());
            }
        } else if (replay != null && replay.startsWith(JSON_LINES)) {
            if (!Files.isReadable(replayed()) || Files.isDirectory(replayed())) {
                throw wrong("--replay jsonl:FILE needs a file that can be read, found none at " + replayed());
            }
        } else if (replay != null) {
            throw wrong("--replay takes ipinyou:DIR or jsonl:FILE, found " + replay);
        }
    }

    /** Checks the report file first: a long run must not lose its results at the end. */
    private void checkReport() {
        Path file = report.toAbsolutePath();
        try {
            Files.createDirectories(file.getParent());
        } catch (IOException e) {
            throw wrong("--report needs a file that can be written; its folder cannot be created: " + e);
        }
        if (Files.isDirectory(file) || !Files.isWritable(Files.exists(file) ? file : file.getParent())) {
            throw wrong("--report needs a file that can be written, found " + file);
        }
    }

    private Path replayed() {
        return Path.of(replay.substring(replay.indexOf(':') + 1));
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

    /** The default input: endless traffic of campaigns that begins now. */
    Feed liveTraffic(List<DcGroup> groups, Instant now) {
        double mean = rate == null ? LIVE_RATE : rate;
        return GeneratedFeed.ofCampaigns(GeneratedFeedSettings.live(mean, now.toEpochMilli(), now, groups));
    }

    /**
     * The input. Requires {@link #isFinite()}.
     *
     * @throws IOException if it cannot be opened
     */
    Feed input(List<DcGroup> groups) throws IOException {
        if (generate != null) {
            return new GeneratedFeed(generatedSettings(groups));
        }
        if (replay.startsWith(IPINYOU)) {
            return IPinYouFeed.open(
                    replayed(), deriveImpressions ? MissingImpressions.DERIVE : MissingImpressions.LEAVE, groups);
        }
        Set<String> dcs = new HashSet<>();
        groups.forEach(group -> dcs.addAll(group.dcs()));
        return JsonLinesFeed.open(replayed(), dcs);
    }

    private GeneratedFeedSettings generatedSettings(List<DcGroup> groups) {
        String[] parts = generate.split(",seed=", 2);
        try {
            return GeneratedFeedSettings.of(
                    Long.parseLong(parts[0].strip()), parts.length == 1 ? 1 : Long.parseLong(parts[1].strip()), groups);
        } catch (NumberFormatException e) {
            throw wrong("--generate takes N or N,seed=S with whole numbers, found " + generate);
        } catch (IllegalArgumentException e) {
            throw wrong("--generate " + generate + ": " + e.getMessage());
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
