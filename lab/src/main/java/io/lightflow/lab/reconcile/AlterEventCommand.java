package io.lightflow.lab.reconcile;

import io.lightflow.deploy.reconcile.ReconciliationText;
import io.lightflow.lab.reconcile.AlteredEvent.Finding;
import io.lightflow.lab.reconcile.GeneratedHour.Alteration;
import io.lightflow.topology.operator.CommandErrors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lab/alter-event}. */
@Command(
        name = "alter-event",
        mixinStandardHelpOptions = true,
        description = {
            "Alters one event among millions in one output, and measures how long `lightflow reconcile` takes to"
                    + " name it.",
            "Exits with 0 if it names that event and no other one."
        })
public final class AlterEventCommand implements Callable<Integer> {
    @Option(
            names = "--events",
            paramLabel = "N",
            defaultValue = "10000000",
            description = "Light events. Default:" + " ${DEFAULT-VALUE}.")
    private long events;

    @Option(
            names = "--alter",
            paramLabel = "none|amount|light_row|joined_row|statistics",
            defaultValue = "amount",
            description = "What is altered. Default: ${DEFAULT-VALUE}.")
    private Alteration alteration;

    @Option(
            names = "--memory-mb",
            paramLabel = "N",
            defaultValue = "1024",
            description = "Memory outside the heap," + " MiB. Default: ${DEFAULT-VALUE}.")
    private int memoryMb;

    @Option(names = "--threads", paramLabel = "N", description = "Threads that compare. Default: one per processor.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Override
    public Integer call() throws IOException, SQLException {
        Path folder = Files.createTempDirectory("lightflow-alter-event-");
        try {
            Finding finding = new AlteredEvent(folder, memoryMb, threads).find(alteration, events, events / 20);
            ReconciliationText.print(finding.result(), System.out);
            System.out.printf(
                    Locale.ROOT,
                    "%d light events and their outputs: written in %.1f s, compared in %.1f s, with %.1f s of"
                            + " processors%n",
                    events,
                    finding.written().toMillis() / 1_000.0,
                    finding.compared().toMillis() / 1_000.0,
                    finding.processor().toMillis() / 1_000.0);
            return isFound(finding) ? 0 : 1;
        } finally {
            delete(folder);
        }
    }

    private boolean isFound(Finding finding) {
        return alteration == Alteration.NONE
                ? finding.result().equal()
                : finding.result()
                        .named()
                        .anyMatch(difference -> difference.toString().contains(finding.expected()));
    }

    private static void delete(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) {
            Files.delete(file);
        }
    }

    public static void main(String[] arguments) {
        CommandLine command = new CommandLine(new AlterEventCommand()).setCaseInsensitiveEnumValuesAllowed(true);
        System.exit(CommandErrors.installOn(command).execute(arguments));
    }
}
