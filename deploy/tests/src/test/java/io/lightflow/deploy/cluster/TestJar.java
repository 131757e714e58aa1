package io.lightflow.deploy.cluster;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/** Packs classes of the test sources into a jar, as a build would pack a topology. */
final class TestJar {
    private TestJar() {}

    /** Writes a jar with the class and its nested classes. */
    static Path of(Class<?> type, Path jar) throws IOException, URISyntaxException {
        Path root =
                Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        Path folder = root.resolve(type.getPackageName().replace('.', '/'));
        List<Path> classes;
        try (Stream<Path> files = Files.list(folder)) {
            classes = files.filter(
                            file -> file.getFileName().toString().matches(type.getSimpleName() + "(\\$.*)?\\.class"))
                    .sorted()
                    .toList();
        }
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream archive = new JarOutputStream(out)) {
            for (Path file : classes) {
                archive.putNextEntry(new JarEntry(root.relativize(file).toString()));
                Files.copy(file, archive);
                archive.closeEntry();
            }
        }
        return jar;
    }
}
