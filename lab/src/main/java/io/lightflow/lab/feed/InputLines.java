package io.lightflow.lab.feed;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** Opens text files, gzipped or not. */
final class InputLines {
    private static final int BUFFER_BYTES = 1 << 16;

    private InputLines() {}

    /**
     * Decodes UTF-8, with the replacement character for invalid bytes. It decompresses files whose name ends in
     * {@code .gz}.
     */
    static BufferedReader open(Path file) throws IOException {
        InputStream raw = Files.newInputStream(file);
        try {
            InputStream in =
                    file.getFileName().toString().endsWith(".gz") ? new GZIPInputStream(raw, BUFFER_BYTES) : raw;
            return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8), BUFFER_BYTES);
        } catch (IOException e) {
            raw.close();
            throw e;
        }
    }
}
