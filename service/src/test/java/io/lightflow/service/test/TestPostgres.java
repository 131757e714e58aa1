package io.lightflow.service.test;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A real PostgreSQL that all tests of this JVM share. Its files are in the build folder, its programs shared with other
 * modules; it stops with the JVM.
 */
public final class TestPostgres {
    private static EmbeddedPostgres shared;

    private TestPostgres() {}

    public static synchronized EmbeddedPostgres shared() {
        if (shared == null) {
            try {
                Path work = Files.createDirectories(
                                Path.of(System.getProperty("lightflow.postgresql", "target/postgresql")))
                        .toAbsolutePath();
                shared = EmbeddedPostgres.builder()
                        .setOverrideWorkingDirectory(work.toFile())
                        .setPGStartupWait(Duration.ofMinutes(1))
                        .start();
            } catch (IOException e) {
                throw new UncheckedIOException("Starting PostgreSQL failed", e);
            }
        }
        return shared;
    }
}
