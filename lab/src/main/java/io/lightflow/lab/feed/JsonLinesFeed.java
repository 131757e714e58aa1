package io.lightflow.lab.feed;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.NoSuchElementException;
import java.util.Set;

/**
 * Feeds light events from a file of JSON lines, gzipped if its name ends in {@code .gz}, in the order of the file. The
 * format is in {@code docs/integrating/feeds.md}. The file is read twice: a first pass determines the age of the
 * remaining events, so that beacons keep their promise for any order of the file.
 */
public final class JsonLinesFeed implements Feed {
    private static final int LINES_PER_CHUNK = 1000;

    private final Path file;
    private final String name;
    private final JsonLineParser parser;
    private final long[] oldestFromChunk;
    private final BufferedReader lines;
    private final SkippedRowsCollector skipped = new SkippedRowsCollector();
    private long lineNumber;
    private FeedEvent upcoming;

    private JsonLinesFeed(Path file, String name, JsonLineParser parser, long[] oldestFromChunk, BufferedReader lines) {
        this.file = file;
        this.name = name;
        this.parser = parser;
        this.oldestFromChunk = oldestFromChunk;
        this.lines = lines;
    }

    /**
     * Opens the file.
     *
     * @param dcs the data centers of events; a line with another one is skipped
     * @throws IOException if the file is unreadable
     */
    public static JsonLinesFeed open(Path file, Set<String> dcs) throws IOException {
        JsonLineParser parser = new JsonLineParser(dcs);
        long[] oldestFromChunk = oldestFromChunk(file, parser);
        String name = "jsonl:" + file.getFileName() + ":" + Files.size(file);
        return new JsonLinesFeed(file, name, parser, oldestFromChunk, InputLines.open(file));
    }

    /** Per chunk of lines the least event time in it and in those after it. */
    private static long[] oldestFromChunk(Path file, JsonLineParser parser) throws IOException {
        long[] oldest = new long[16];
        int chunks = 0;
        try (BufferedReader lines = InputLines.open(file)) {
            long number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int chunk = chunkOf(number++);
                if (chunk == chunks) {
                    oldest = chunks == oldest.length ? Arrays.copyOf(oldest, chunks * 2) : oldest;
                    oldest[chunks++] = Long.MAX_VALUE;
                }
                oldest[chunk] = Math.min(oldest[chunk], timeOf(line, parser));
            }
        }
        for (int chunk = chunks - 2; chunk >= 0; chunk--) {
            oldest[chunk] = Math.min(oldest[chunk], oldest[chunk + 1]);
        }
        return Arrays.copyOf(oldest, chunks);
    }

    private static long timeOf(String line, JsonLineParser parser) {
        if (line.isBlank()) {
            return Long.MAX_VALUE;
        }
        try {
            long timeMs = parser.parse(line).timeMs();
            // The platform rejects an event without a time, so it does not affect the watermark.
            return timeMs <= 0 ? Long.MAX_VALUE : timeMs;
        } catch (UnreadableRowException e) {
            // The feed counts and names it when it reaches the line.
            return Long.MAX_VALUE;
        }
    }

    private static int chunkOf(long lineIndex) {
        return Math.toIntExact(lineIndex / LINES_PER_CHUNK);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean hasNext() {
        try {
            while (upcoming == null) {
                String line = lines.readLine();
                if (line == null) {
                    return false;
                }
                lineNumber++;
                if (!line.isBlank()) {
                    read(line);
                }
            }
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + file + " after line " + lineNumber, e);
        }
    }

    private void read(String line) {
        try {
            upcoming = parser.parse(line);
        } catch (UnreadableRowException e) {
            skipped.add(file.getFileName().toString(), lineNumber, e);
        }
    }

    @Override
    public FeedEvent next() {
        if (!hasNext()) {
            throw new NoSuchElementException(file + " has ended after line " + lineNumber);
        }
        FeedEvent event = upcoming;
        upcoming = null;
        return event;
    }

    @Override
    public long horizonMs() {
        // The last line read may still be pending.
        long lineIndex = upcoming == null ? lineNumber : lineNumber - 1;
        int chunk = chunkOf(lineIndex);
        return chunk < oldestFromChunk.length ? oldestFromChunk[chunk] : Long.MAX_VALUE;
    }

    @Override
    public SkippedRows skipped() {
        return skipped.rows();
    }

    @Override
    public void close() {
        try {
            lines.close();
        } catch (IOException e) {
            throw new UncheckedIOException("closing " + file, e);
        }
    }
}
