package io.lightflow.deploy.why;

import io.lightflow.archive.catalog.ArchiveCatalog;
import io.lightflow.deploy.embedded.EmbeddedKafka;
import io.lightflow.deploy.local.StackFolder;
import io.lightflow.deploy.options.GroupSource;
import io.lightflow.topology.archive.ArchiveTopology;
import io.lightflow.topology.operator.CommandErrors;
import io.lightflow.topology.operator.DurationOption;
import io.lightflow.topology.settings.FrontSection;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.trace.EventTracer;
import io.lightflow.topology.trace.IdTrace;
import io.lightflow.topology.trace.TraceJson;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lightflow why}. */
@Command(
        name = "why",
        mixinStandardHelpOptions = true,
        description = {
            "Follow the event with an id, or the events of a trace: where it was and when, what was decided and why,"
                    + " and what is still missing. Times are UTC.",
            "Exits with 1 if no event was found."
        })
public final class WhyCommand implements Callable<Integer> {
    private static final Set<StackFolder.Server> SERVERS =
            EnumSet.of(StackFolder.Server.POSTGRES, StackFolder.Server.ZOOKEEPER, StackFolder.Server.CENTRAL_KAFKA);

    @Spec
    private CommandSpec spec;

    @ArgGroup(multiplicity = "1")
    private GroupSource source;

    @Option(
            names = "--back",
            paramLabel = "DURATION",
            defaultValue = "1h",
            converter = DurationOption.class,
            description = "How old records of the topics may be that the archive does not hold. Default:"
                    + " ${DEFAULT-VALUE}.")
    private Duration back;

    @Option(
            names = "--format",
            paramLabel = "text|json",
            defaultValue = "text",
            description = "How to write the answer. Default: ${DEFAULT-VALUE}.")
    private Format format;

    @Parameters(
            arity = "1",
            paramLabel = "ID",
            description =
                    "The id of a tag, impression, click or conversion; or a W3C traceparent, for the events of its"
                            + " trace.")
    private String id;

    private enum Format {
        TEXT,
        JSON
    }

    private WhyCommand() {}

    public static CommandLine commandLine() {
        return CommandErrors.installOn(new CommandLine(new WhyCommand()).setCaseInsensitiveEnumValuesAllowed(true));
    }

    @Override
    public Integer call() {
        List<IdTrace> traces = source.isFolder() ? ofFolder() : List.of(trace(GroupSettings.read(source.settings())));
        List<IdTrace> found =
                traces.stream().filter(trace -> !trace.events().isEmpty()).toList();
        PrintWriter out = spec.commandLine().getOut();
        if (format == Format.JSON) {
            out.println(TraceJson.write(traces));
        } else {
            (found.isEmpty() ? traces : found).forEach(trace -> out.print(TraceText.of(trace)));
        }
        out.flush();
        return found.isEmpty() ? 1 : 0;
    }

    private List<IdTrace> ofFolder() {
        List<IdTrace> traces = new ArrayList<>();
        try (StackFolder folder = StackFolder.open(source.folder())) {
            for (String group : folder.groups()) {
                folder.settings(group, SERVERS).ifPresent(settings -> traces.add(trace(withRunningFronts(settings))));
            }
        }
        if (traces.isEmpty()) {
            throw new IllegalArgumentException("expected the settings of groups in the subfolder groups of "
                    + source.folder() + ", found none. Start the stack once with this version: lightflow up --data "
                    + source.folder());
        }
        return traces;
    }

    /** A front cluster tells one offset; it is not started for that. */
    private GroupSettings withRunningFronts(GroupSettings settings) {
        Map<String, FrontSection> running = new TreeMap<>(settings.fronts());
        running.keySet().removeIf(dc -> EmbeddedKafka.bootstrapServersOfRunning(
                        source.folder().resolve("kafka-" + dc))
                .isEmpty());
        return settings.withFronts(running);
    }

    private IdTrace trace(GroupSettings settings) {
        if (settings.archive() == null) {
            return trace(settings, Optional.empty());
        }
        try (ArchiveCatalog catalog = ArchiveTopology.catalog(settings)) {
            return trace(settings, Optional.of(catalog));
        }
    }

    private IdTrace trace(GroupSettings settings, Optional<ArchiveCatalog> catalog) {
        try (EventTracer tracer = new EventTracer(settings, catalog, InstantSource.system())) {
            return tracer.trace(id, back);
        }
    }
}
