package io.lightflow.distribution.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.distribution.LightflowCommand;
import io.lightflow.distribution.docs.Documents.Block;
import io.lightflow.distribution.docs.Documents.Line;
import io.lightflow.topology.Main;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * Every command of the documents that is Lightflow's names a script that exists, and has options that its command
 * takes; and the reference names all options. Nothing is run.
 */
class CommandSamplesTest {
    private static final String OPERATOR = "io.lightflow.topology.Main";

    /** The classes behind scripts; those of {@code deploy/cluster} are subcommands of one class. */
    private static final Map<String, String> SCRIPTS = Map.ofEntries(
            Map.entry("deploy/local/registry", "io.lightflow.deploy.local.RegistryCommand"),
            Map.entry("lab/alter-event", "io.lightflow.lab.reconcile.AlterEventCommand"),
            Map.entry("lab/bench", "io.lightflow.lab.bench.BenchCommand"),
            Map.entry("lab/producer-bench", "io.lightflow.lab.bench.ProducerBenchCommand"),
            Map.entry("lab/torture", "io.lightflow.lab.torture.TortureCommand"),
            Map.entry("lab/simulate", "io.lightflow.topology.simulation.SimulateCommand"),
            Map.entry("lab/capture-load", "io.lightflow.lab.load.CaptureLoadCommand"),
            Map.entry("lab/replay-http", "io.lightflow.lab.up.ReplayHttpCommand"),
            Map.entry("lab/registry-load", "io.lightflow.lab.load.RegistryLoadCommand"),
            Map.entry("lab/reports-load", "io.lightflow.lab.load.ReportsLoadCommand"),
            Map.entry("lab/reports-bench", "io.lightflow.lab.load.ReportsBenchCommand"),
            Map.entry("schema-registry/registry", "io.lightflow.registry.server.RegistryMain"));

    private static final String CLUSTER = "deploy/cluster/";
    private static final String CLUSTER_CLASS = "io.lightflow.deploy.cluster.ClusterMain";

    /** These take the options of JMH. */
    private static final Set<String> JMH_BENCHES = Set.of("lab/gate-bench", "lab/step-bench");

    private static final Pattern OURS =
            Pattern.compile("(bin/)?lightflow|(deploy|lab)/\\S+|schema-registry/registry|reports/reports");
    private static final Pattern TOKEN = Pattern.compile("\"([^\"]*)\"|'([^']*)'|(\\S+)");
    private static final Pattern VARIABLE = Pattern.compile("[A-Z_]+=\\S*");

    /** The output that a command substitution has in the samples: an hour. */
    private static final Pattern SUBSTITUTION = Pattern.compile("\\$\\([^)]*\\)");

    @Test
    void everyCommandIsOneThatLightflowTakes() {
        List<String> wrong = new ArrayList<>();
        TreeSet<String> tried = new TreeSet<>();
        for (Block block : Documents.blocks("sh")) {
            for (String line : block.text().replace("\\\n", " ").split("\n")) {
                List<String> words = words(line);
                if (!words.isEmpty() && OURS.matcher(words.get(0)).matches()) {
                    tried.add(words.get(0));
                    try {
                        check(words.get(0), words.subList(1, words.size()));
                    } catch (ParameterException | IllegalArgumentException e) {
                        wrong.add(block.place() + " " + line.strip() + ": " + e.getMessage());
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(tried).contains("lightflow", "bin/lightflow", "deploy/cluster/up", "lab/bench");
    }

    @Test
    void theReferenceNamesEveryOption() {
        Map<String, String> sections = sections();
        List<String> missing = new ArrayList<>();
        Set<String> ofAGroup = Main.commandLine().getSubcommands().keySet();
        LightflowCommand.commandLine().getSubcommands().forEach((name, command) -> {
            String section = sections.getOrDefault(name, "");
            command.getCommandSpec().options().stream()
                    .filter(option -> !option.usageHelp() && !option.versionHelp() && !option.hidden())
                    .map(OptionSpec::longestName)
                    // Declares once what the commands of a group share.
                    .filter(option -> !ofAGroup.contains(name) || !option.equals("--settings"))
                    .filter(option -> !section.contains(option))
                    .forEach(option -> missing.add("lightflow " + name + " " + option));
        });
        assertThat(missing).isEmpty();
    }

    /** The sections of the reference, by the commands in their headings. */
    private static Map<String, String> sections() {
        Map<String, String> sections = new HashMap<>();
        List<String> current = List.of();
        for (Line line : Documents.lines(Documents.PROJECT.resolve("docs/operating/commands.md"))) {
            if (line.text().startsWith("### lightflow ")) {
                current = List.of(line.text().replace("### lightflow ", "").split(", lightflow "));
            } else if (line.text().startsWith("## ")) {
                current = List.of();
            }
            current.forEach(command -> sections.merge(command, line.text() + "\n", String::concat));
        }
        return sections;
    }

    /** The words of a command, without the variables before it, and a redirection or a comment behind it. */
    private static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        Matcher matcher = TOKEN.matcher(SUBSTITUTION.matcher(line).replaceAll("2026-01-18T20"));
        while (matcher.find()) {
            String word = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
            if (word == null) {
                word = matcher.group(3);
                if (word.startsWith("#") || word.equals(">")) {
                    break;
                }
                if (words.isEmpty() && VARIABLE.matcher(word).matches()) {
                    continue;
                }
            }
            words.add(word);
        }
        return words;
    }

    private static void check(String command, List<String> arguments) {
        if (command.endsWith("lightflow") && !command.startsWith(CLUSTER)) {
            checkLightflow(arguments);
            return;
        }
        Path script = Documents.PROJECT.resolve(command);
        if (!Files.isExecutable(script)) {
            throw new IllegalArgumentException("there is no script " + command);
        }
        if (command.equals("deploy/local/up")) {
            checkLightflow(prepend("up", arguments));
        } else if (command.equals(CLUSTER + "lightflow")) {
            checkOnCluster(arguments);
        } else if (command.startsWith(CLUSTER)) {
            parse(CLUSTER_CLASS, prepend(command.substring(CLUSTER.length()), arguments));
        } else if (!JMH_BENCHES.contains(command)) {
            String commandClass = SCRIPTS.get(command);
            if (commandClass == null) {
                throw new IllegalArgumentException("this test knows no class of " + command);
            }
            parse(commandClass, arguments);
        }
    }

    private static void checkLightflow(List<String> arguments) {
        parse(LightflowCommand.commandLine(), arguments);
    }

    /** It is given a command and a group, and puts in the settings. */
    private static void checkOnCluster(List<String> arguments) {
        List<String> words = new ArrayList<>(List.of(arguments.get(0), "--settings", arguments.get(1) + ".yaml"));
        words.addAll(arguments.subList(2, arguments.size()));
        parse(OPERATOR, words);
    }

    private static List<String> prepend(String first, List<String> others) {
        List<String> words = new ArrayList<>(List.of(first));
        words.addAll(others);
        return words;
    }

    private static void parse(String commandClass, List<String> arguments) {
        try {
            parse(new CommandLine(Class.forName(commandClass)), arguments);
        } catch (ClassNotFoundException e) {
            throw new IllegalArgumentException("there is no class " + commandClass, e);
        }
    }

    private static void parse(CommandLine command, List<String> arguments) {
        command.setCaseInsensitiveEnumValuesAllowed(true).parseArgs(arguments.toArray(String[]::new));
    }
}
