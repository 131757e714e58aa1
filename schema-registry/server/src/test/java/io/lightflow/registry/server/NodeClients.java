package io.lightflow.registry.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs scripts in Node.js, with the packages that their lock file names. */
final class NodeClients {
    private static final Path SOURCES = Path.of("src/test/node").toAbsolutePath();
    private static final Path FOLDER = Path.of("target/node").toAbsolutePath();
    private static final long LIMIT_SECONDS = 120;

    private NodeClients() {}

    /** The calling test is skipped where Node.js is not. */
    static void install() throws Exception {
        assumeTrue(
                isThere("node") && isThere("npm"),
                "Skipped: node and npm are not on the path; install Node.js 20 or newer to run other people's clients");
        Files.createDirectories(FOLDER);
        String lock = Files.readString(SOURCES.resolve("package-lock.json"));
        Path installed = FOLDER.resolve("installed-lock.json");
        try (Stream<Path> files = Files.list(SOURCES)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, FOLDER.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        if (!Files.exists(installed) || !Files.readString(installed).equals(lock)) {
            run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
            Files.writeString(installed, lock);
        }
    }

    /** @return what the script printed; it must end with 0 */
    static String script(String file, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("node", file));
        command.addAll(List.of(arguments));
        return run(command.toArray(String[]::new));
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
            return false; // the answer to the question
        }
    }
}
