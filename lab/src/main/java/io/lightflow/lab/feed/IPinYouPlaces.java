package io.lightflow.lab.feed;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Names of regions or cities by id, from a file of {@code id name} rows. An id without a name is its own name. */
final class IPinYouPlaces {
    private final Map<String, String> names;

    private IPinYouPlaces(Map<String, String> names) {
        this.names = names;
    }

    /** Reads the file; without it no id has a name. */
    static IPinYouPlaces read(Path file) throws IOException {
        Map<String, String> names = new HashMap<>();
        if (Files.exists(file)) {
            try (BufferedReader lines = InputLines.open(file)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    String[] parts = line.strip().split("\\s+", 2);
                    if (parts.length == 2) {
                        names.put(parts[0], parts[1].equals("unknown") ? "" : parts[1]);
                    }
                }
            }
        }
        return new IPinYouPlaces(names);
    }

    String name(String id) {
        return names.getOrDefault(id, id);
    }
}
