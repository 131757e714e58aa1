package io.lightflow.registry.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs Node.js scripts with the packages of {@code src/test/node}, in the build directory of the module under test. */
public final class NodeClients {
    private static final String LOCK = "package-lock.json";
    private static final Path FOLDER = Path.of("target/node").toAbsolutePath();
    private static final long LIMIT_SECONDS = 120;

    private NodeClients() {}

    /** Installs the packages; without Node.js, the calling test is skipped. */
    public static void install() throws Exception {
        assumeTrue(
                isThere("node") && isThere("npm"),
                "Skipped: node and npm are not on the path; install Node.js 20 or newer to run the"
                        + " third-party clients");
        Files.createDirectories(FOLDER);
        Path lock = copy(resource(LOCK));
        copy(resource("package.json"));
        Path installed = FOLDER.resolve("installed-lock.json");
        if (!Files.exists(installed) || Files.mismatch(installed, lock) >= 0) {
            run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline");
            Files.copy(lock, installed, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /**
     * @param file a script of {@code src/test/node}
     * @return the output; the script must exit with status 0
     */
    public static String script(String file, String... arguments) throws Exception {
        return script(resource(file), arguments);
    }

    /** Runs a script from another location. */
    public static String script(URL source, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("node", copy(source).toString()));
        command.addAll(List.of(arguments));
        return run(command.toArray(String[]::new));
    }

    private static URL resource(String file) {
        URL found = NodeClients.class.getResource("/node/" + file);
        assertThat(found).as("node/" + file + " on the class path").isNotNull();
        return found;
    }

    private static Path copy(URL source) throws IOException {
        String path = source.getPath();
        Path file = FOLDER.resolve(path.substring(path.lastIndexOf('/') + 1));
        try (InputStream in = source.openStream()) {
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
        }
        return file;
    }

    private static String run(String... command) throws Exception {
        Path log = Files.createTempFile(FOLDER, "out", ".log");
        Process process = new ProcessBuilder(command)
                .directory(FOLDER.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
        if (!ended) {
            process.destroyForcibly();
        }
        String output = Files.readString(log, StandardCharsets.UTF_8);
        Files.delete(log);
        assertThat(ended && process.exitValue() == 0)
                .as(String.join(" ", command) + ": " + output)
                .isTrue();
        return output;
    }

    private static boolean isThere(String program) throws InterruptedException {
        try {
            return new ProcessBuilder(program, "--version")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false; // the program is not installed
        }
    }
}
