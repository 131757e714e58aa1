package io.lightflow.distribution.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** The project's Markdown files. */
public final class Documents {
    public static final Path PROJECT = project();

    private static final String FENCE = "```";

    private Documents() {}

    /**
     * A line of a document.
     *
     * @param number from 1
     * @param language of the code block that it is in; null if it is in none, empty if the block names none
     */
    public record Line(Path file, int number, String language, String text) {
        /** Where it is, for messages. */
        public String place() {
            return PROJECT.relativize(file) + ":" + number;
        }
    }

    /** A code block. */
    record Block(Path file, int number, String text) {
        public String place() {
            return PROJECT.relativize(file) + ":" + number;
        }
    }

    private static Path project() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("docs/README.md"))) {
            folder = Objects.requireNonNull(folder.getParent(), "the tests run in the project");
        }
        return folder;
    }

    /** Every document: those of the project's folder, of {@code docs}, and of the modules. */
    static List<Path> all() {
        try (Stream<Path> files = Files.find(PROJECT, 6, (path, attributes) -> isDocument(path))) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException("listing the documents failed", e);
        }
    }

    private static boolean isDocument(Path path) {
        String name = PROJECT.relativize(path).toString();
        return name.endsWith(".md")
                && !name.startsWith(".")
                && !name.contains("/target/")
                && !name.startsWith("target/")
                && !name.contains("node_modules/");
    }

    public static List<Line> lines(Path file) {
        List<Line> lines = new ArrayList<>();
        String language = null;
        int number = 0;
        for (String text : read(file).split("\n", -1)) {
            number++;
            if (text.strip().startsWith(FENCE)) {
                language = language == null ? text.strip().substring(FENCE.length()) : null;
            } else {
                lines.add(new Line(file, number, language, text));
            }
        }
        return lines;
    }

    /** The code blocks of a language, in all documents. */
    static List<Block> blocks(String language) {
        List<Block> blocks = new ArrayList<>();
        for (Path file : all()) {
            Block open = null;
            for (Line line : lines(file)) {
                if (!language.equals(line.language())) {
                    continue;
                }
                boolean continues = open != null
                        && line.number() == open.number() + open.text().lines().count();
                if (continues) {
                    blocks.remove(blocks.size() - 1);
                    open = new Block(file, open.number(), open.text() + line.text() + "\n");
                } else {
                    open = new Block(file, line.number(), line.text() + "\n");
                }
                blocks.add(open);
            }
        }
        return blocks;
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + file + " failed", e);
        }
    }
}
