package io.lightflow.distribution;

import io.lightflow.topology.submit.SubmitCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lightflow submit}: does without Storm's own client what {@code storm jar} prepares. */
@Command(
        name = "submit",
        footer = {
            "",
            "Storm's own client submits as well: storm jar topology/topology-VERSION-storm.jar"
                    + " io.lightflow.topology.Main"
                    + " submit --settings FILE"
        })
final class StormSubmitCommand extends SubmitCommand {
    private static final String HOME = "lightflow.home";
    private static final String CONF_FOLDER = "STORM_CONF_DIR";

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--storm-conf",
            paramLabel = "FILE|DIR",
            description = "Storm's client settings: storm.yaml, or its folder. Default: the folder in the environment"
                    + " variable " + CONF_FOLDER + ", or else conf/storm.yaml of Lightflow.")
    private Path stormConf;

    @Override
    public Integer call() throws Exception {
        // What StormSubmitter reads.
        System.setProperty("storm.conf.file", stormYaml().toString());
        System.setProperty("storm.jar", topologyJar().toString());
        return super.call();
    }

    private Path stormYaml() {
        String folder = System.getenv(CONF_FOLDER);
        Path chosen = stormConf != null ? stormConf : folder != null ? Path.of(folder) : home().resolve("conf");
        Path file = (Files.isDirectory(chosen) ? chosen.resolve("storm.yaml") : chosen).toAbsolutePath();
        if (!Files.isReadable(file)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Storm's client settings are missing: " + file + " cannot be read; name them with --storm-conf or "
                            + CONF_FOLDER);
        }
        return file;
    }

    /** In the distribution, or in the build. */
    private Path topologyJar() throws IOException {
        for (Path folder : List.of(home().resolve("topology"), home().resolve("topology/target"))) {
            if (Files.isDirectory(folder)) {
                try (Stream<Path> files = Files.list(folder)) {
                    List<Path> jars = files.filter(file -> file.toString().endsWith("-storm.jar"))
                            .toList();
                    if (jars.size() == 1) {
                        return jars.get(0);
                    }
                }
            }
        }
        throw new IllegalStateException("expected one topology-VERSION-storm.jar in " + home().resolve("topology"));
    }

    private static Path home() {
        String home = System.getProperty(HOME);
        if (home == null) {
            throw new IllegalStateException("the system property " + HOME + " is missing; bin/lightflow sets it");
        }
        return Path.of(home);
    }
}
