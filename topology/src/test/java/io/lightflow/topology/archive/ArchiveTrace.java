package io.lightflow.topology.archive;

import java.util.ArrayList;
import java.util.List;

/** What happened in a schedule, line by line. Two runs of one schedule have the same lines. */
final class ArchiveTrace {
    private final List<String> lines = new ArrayList<>();

    void add(String line) {
        lines.add(line);
    }

    List<String> lines() {
        return List.copyOf(lines);
    }
}
