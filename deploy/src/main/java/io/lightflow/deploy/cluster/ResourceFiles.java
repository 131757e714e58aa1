package io.lightflow.deploy.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads resource files of this package, and writes files atomically. */
final class ResourceFiles {
    private static final Pattern KEY = Pattern.compile("\\$\\{([A-Za-z0-9._-]+)}");

    private ResourceFiles() {}

    /** Copies a resource file of this package. */
    static void copy(String resource, Path target) {
        write(target, read(resource));
    }

    /**
     * Writes a resource with every {@code ${key}} replaced by its value.
     *
     * @throws IllegalStateException if a key of the resource has no value
     */
    static void render(String resource, Map<String, ?> values, Path target) {
        write(target, render(resource, read(resource), values));
    }

    /** Replaces every {@code ${key}} in the text by its value; messages name {@code source}. */
    static String render(String source, String text, Map<String, ?> values) {
        return KEY.matcher(text).replaceAll(match -> {
            Object value = values.get(match.group(1));
            if (value == null) {
                throw new IllegalStateException("%s: ${%s} has no value; known keys are %s"
                        .formatted(source, match.group(1), new TreeSet<>(values.keySet())));
            }
            return Matcher.quoteReplacement(value.toString());
        });
    }

    private static String read(String resource) {
        try (InputStream in = ResourceFiles.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("The resource " + resource + " is missing from the build");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("Reading the resource " + resource + " failed", e);
        }
    }

    static void write(Path target, String content) {
        try {
            Files.createDirectories(target.getParent());
            Files.writeString(target, content, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("Writing " + target + " failed", e);
        }
    }

    /** Deletes a directory recursively, if it exists. It deletes links without following them. */
    static void deleteFolder(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> content;
        try (Stream<Path> tree = Files.walk(folder)) {
            content = tree.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : content) {
            Files.delete(path);
        }
    }
}
