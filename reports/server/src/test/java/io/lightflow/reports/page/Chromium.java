package io.lightflow.reports.page;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Where the browser is. On a Debian machine, and for root, it is installed if it is missing. */
final class Chromium {
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome");
    private static final int INSTALL_MINUTES = 5;

    private Chromium() {}

    static Optional<Path> find() {
        Optional<Path> there = onPath();
        return there.isPresent() || !canInstall() || !install() ? there : onPath();
    }

    private static Optional<Path> onPath() {
        return NAMES.stream()
                .flatMap(name -> Stream.of(System.getenv("PATH").split(":")).map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static boolean canInstall() {
        return Files.exists(Path.of("/etc/debian_version"))
                && Files.isExecutable(Path.of("/usr/bin/apt-get"))
                && System.getProperty("user.name").equals("root");
    }

    private static boolean install() {
        System.out.println("Installing Debian's package chromium, which the tests of the page need");
        return run("apt-get", "update") && run("apt-get", "install", "-y", "--no-install-recommends", "chromium");
    }

    private static boolean run(String... command) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(Path.of("target", "chromium-install.log").toFile());
        builder.environment().put("DEBIAN_FRONTEND", "noninteractive");
        try {
            Process process = builder.start();
            try {
                return process.waitFor(INSTALL_MINUTES, TimeUnit.MINUTES) && process.exitValue() == 0;
            } finally {
                process.destroy();
            }
        } catch (IOException e) {
            System.out.println("Chromium was not installed: " + e.getMessage());
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
