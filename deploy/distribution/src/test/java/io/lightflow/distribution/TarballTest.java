package io.lightflow.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The tarball, unpacked into a folder with a space in its name, where the PATH has a shell's tools but neither Maven
 * nor Java.
 */
@Execution(ExecutionMode.CONCURRENT)
class TarballTest {
    private static final Pattern WARNING = Pattern.compile("WARN|ERROR|^OpenJDK .* warning", Pattern.CASE_INSENSITIVE);
    private static final List<String> TOOLS = List.of(
            "sh", "sed", "head", "dirname", "readlink", "mkdir", "id", "locale", "unshare", "setpriv", "setsid");

    /**
     * A command for each set of JVM options in {@code bin/lightflow}, and for each configuration of the logs. Every one
     * of them loads the classes of all commands, whose help {@link HelpTest} prints.
     */
    private static final List<String> ONE_OF_EACH_KIND =
            List.of("up", "registry", "reports", "capture", "mirror", "certify", "reconcile", "why", "sql", "show");

    private static Path folder;
    private static Path tools;
    private static Path home;

    @BeforeAll
    static void unpack() throws Exception {
        Path tarball = Path.of(System.getProperty("lightflow.tarball"));
        folder = tarball.resolveSibling("a folder with spaces");
        delete(folder);
        Files.createDirectories(folder);
        Process tar = new ProcessBuilder("tar", "-xzf", tarball.toString())
                .directory(folder.toFile())
                .inheritIO()
                .start();
        assertThat(tar.waitFor()).isZero();
        try (Stream<Path> content = Files.list(folder)) {
            assertThat(content.map(Path::getFileName).map(Path::toString))
                    .containsExactly(tarball.getFileName().toString().replace(".tar.gz", ""));
        }
        home = folder.resolve(tarball.getFileName().toString().replace(".tar.gz", ""));
        tools = Files.createDirectory(folder.resolve("tools"));
        for (String tool : TOOLS) {
            Optional<Path> found = Stream.of("/bin", "/usr/bin")
                    .map(bin -> Path.of(bin, tool))
                    .filter(Files::isExecutable)
                    .findFirst();
            if (found.isPresent()) {
                Files.createSymbolicLink(tools.resolve(tool), found.get());
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(one);
                }
            }
        }
    }

    /** The exit code of a command, and its output on both streams. */
    private record Run(int exitCode, String output) {
        void isQuiet() {
            assertThat(output.lines().filter(line -> WARNING.matcher(line).find()))
                    .isEmpty();
        }
    }

    private static Run run(Map<String, String> environment, Path program, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile(folder, "output", ".txt");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", tools.toString());
        builder.environment().putAll(environment);
        Process process = builder.directory(folder.toFile()).start();
        if (!process.waitFor(3, TimeUnit.MINUTES)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            throw new AssertionError(command + " did not end within 3 minutes: " + Files.readString(output));
        }
        return new Run(process.exitValue(), Files.readString(output));
    }

    private static Run lightflow(Path java, String... arguments) throws Exception {
        return run(Map.of("JAVA_HOME", java.toString()), home.resolve("bin/lightflow"), arguments);
    }

    private static Path thisJava() {
        return Path.of(System.getProperty("java.home"));
    }

    /** Java 25 if it is installed, otherwise the one that runs this test. */
    private static Path newestJava() throws IOException {
        Path installed = Path.of("/usr/lib/jvm");
        if (!Files.exists(installed)) {
            return thisJava();
        }
        try (Stream<Path> all = Files.list(installed)) {
            return all.filter(java -> java.getFileName().toString().contains("-25"))
                    .filter(java -> Files.isExecutable(java.resolve("bin/java")))
                    .findFirst()
                    .orElse(thisJava());
        }
    }

    /** The tutorial's test runs it on this Java. */
    @Test
    void theMainJobRunsOnTheNewestJava() throws Exception {
        Path java = newestJava();
        Run version = lightflow(java, "--version");
        assertThat(version.output()).startsWith("Lightflow ");
        version.isQuiet();

        Path report = folder.resolve("a report.json");
        Run run = lightflow(java, "up", "--generate", "4000,seed=7", "--until-done", "--report", report.toString());
        assertThat(run.exitCode()).as(run.output()).isZero();
        run.isQuiet();
        assertThat(Files.readString(report)).containsPattern("\"differences\" : \\[ *\\]");
        assertThat(home.resolve("data/local")).isDirectory();
    }

    @Test
    void commandsHaveHelpWhateverOptionsTheirJvmGets() throws Exception {
        for (String command : ONE_OF_EACH_KIND) {
            Run run = lightflow(thisJava(), command, "--help");
            assertThat(run.exitCode()).as(run.output()).isZero();
            assertThat(run.output()).startsWith("Usage: lightflow " + command);
            run.isQuiet();
        }
    }

    @Test
    void aLinkToTheCommandWorks() throws Exception {
        Path link = Files.createSymbolicLink(
                folder.resolve("a link"), Path.of(home.getFileName().toString(), "bin/lightflow"));
        Run run = run(Map.of("JAVA_HOME", thisJava().toString()), link, "--version");
        assertThat(run.output()).startsWith("Lightflow ");
    }

    @Test
    void librariesOfStoragesJoinTheClassPath() throws Exception {
        Path library = Files.createDirectory(folder.resolve("hdfs")).resolve("client.jar");
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(library))) {
            jar.finish();
        }
        Run run = run(
                Map.of(
                        "JAVA_HOME",
                        thisJava().toString(),
                        "LIGHTFLOW_CLASSPATH",
                        library.getParent() + "/*",
                        "LIGHTFLOW_JAVA_OPTIONS",
                        "-XshowSettings:properties"),
                home.resolve("bin/lightflow"),
                "--version");
        assertThat(run.output()).contains(library.toString(), "Lightflow ");
    }

    @Test
    void aMissingOrOldJavaIsNamed() throws Exception {
        Path program = home.resolve("bin/lightflow");
        Run missing = run(Map.of(), program, "--version");
        assertThat(missing.exitCode()).isEqualTo(1);
        assertThat(missing.output()).contains("Install a Java runtime, 17 to 25, or set JAVA_HOME.");

        Path old = folder.resolve("an old java");
        Files.createDirectories(old.resolve("bin"));
        Files.writeString(old.resolve("bin/java"), "#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15'\n");
        Files.setPosixFilePermissions(old.resolve("bin/java"), PosixFilePermissions.fromString("rwxr-xr-x"));
        Run tooOld = lightflow(old, "--version");
        assertThat(tooOld.exitCode()).isEqualTo(1);
        assertThat(tooOld.output()).contains(old + "/bin/java is older than Java 17");
    }

    @Test
    void submitNeedsStormsSettingsAndFindsTheTopologyJar() throws Exception {
        Run run = lightflow(
                thisJava(), "submit", "--settings", home.resolve("conf/us.yaml").toString(), "--storm-conf", "none");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.output()).contains("name them with --storm-conf or STORM_CONF_DIR");
        try (Stream<Path> jars = Files.list(home.resolve("topology"))) {
            assertThat(jars.map(Path::getFileName).map(Path::toString))
                    .singleElement()
                    .asString()
                    .endsWith("-storm.jar");
        }
    }
}
