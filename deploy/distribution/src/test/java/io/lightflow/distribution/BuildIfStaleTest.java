package io.lightflow.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/source-tree.sh}, on a small project, with a program in place of Maven that notes its calls. */
class BuildIfStaleTest {
    @TempDir
    private Path folder;

    private Path project;
    private Path mainSource;
    private Path testSource;

    @BeforeEach
    void project() throws IOException {
        project = folder.resolve("a project");
        Files.createDirectories(project.resolve("bin"));
        for (String script : new String[] {"java.sh", "source-tree.sh"}) {
            Files.copy(Path.of("../../bin", script), project.resolve("bin").resolve(script));
        }
        mainSource = source("src/main/java/Main.java");
        testSource = source("src/test/java/MainTest.java");
        maven("[INFO] Building module 1.0      [1/1]\n[INFO] BUILD SUCCESS");
    }

    private Path source(String name) throws IOException {
        Path file = project.resolve("module").resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, "");
    }

    private void maven(String says) throws IOException {
        Path maven = Files.createDirectories(folder.resolve("bin")).resolve("mvn");
        Files.writeString(maven, "#!/bin/sh\necho \"$@\" >>'" + folder.resolve("builds") + "'\necho '" + says + "'\n");
        Files.setPosixFilePermissions(maven, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Runs the function, and returns what it printed. */
    private String build(int exitCode, String... sources) throws Exception {
        return run(exitCode, "build_if_stale module " + String.join(" ", sources));
    }

    private String run(int exitCode, String function) throws Exception {
        String script = "set -eu\nproject='" + project + "'\n. \"$project/bin/source-tree.sh\"\n" + function;
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", script).redirectErrorStream(true);
        builder.environment().merge("PATH", folder.resolve("bin") + ":", (path, first) -> first + path);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isEqualTo(exitCode);
        return output;
    }

    private long builds() throws IOException {
        return Files.readAllLines(folder.resolve("builds")).size();
    }

    private static void change(Path file) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(60)));
    }

    @Test
    void itBuildsOnceAndShowsTheModules() throws Exception {
        assertThat(build(0)).contains("Building:", "  [1/1] module");
        assertThat(build(0)).isEmpty();
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void aNewerSourceIsBuilt() throws Exception {
        build(0);
        change(mainSource);
        assertThat(build(0)).contains("module/src/main/java/Main.java has changed");
    }

    @Test
    void aDeletedSourceIsBuilt() throws Exception {
        build(0);
        Files.delete(mainSource);
        change(mainSource.getParent());
        assertThat(build(0)).contains("module/src/main/java has changed");
    }

    @Test
    void testsCountOnlyForWhatRunsThem() throws Exception {
        build(0);
        change(testSource);
        assertThat(build(0)).isEmpty();
        assertThat(build(0, "src")).contains("MainTest.java has changed");
    }

    @Test
    void aFailedBuildEndsTheScriptAndIsTriedAgain() throws Exception {
        maven("[ERROR] Main.java does not compile");
        assertThat(build(1)).contains("[ERROR] Main.java does not compile", "The build failed. Its log is");
        build(1);
        assertThat(builds()).isEqualTo(2);
    }

    @Test
    void aPeerIsBuiltWithItsProfile() throws Exception {
        Path pom = Files.createDirectories(project.resolve("lab/peers/one")).resolve("pom.xml");
        Files.writeString(pom, "");

        assertThat(run(0, "build_peer_if_stale one")).contains("the first build of one");
        assertThat(run(0, "build_peer_if_stale one")).isEmpty();
        assertThat(folder.resolve("builds")).content().contains("-Ppeers", "-pl lab/peers/one -am package");
        change(pom);
        assertThat(run(0, "build_peer_if_stale one")).contains("lab/peers/one/pom.xml has changed");
    }

    @Test
    void aPeerThatDoesNotExistIsLeftToTheCommand() throws Exception {
        assertThat(run(0, "build_peer_if_stale none")).isEmpty();
        assertThat(folder.resolve("builds")).doesNotExist();
    }
}
