package io.lightflow.lab.feed;

import java.util.Objects;

/**
 * An unreadable row of the input.
 *
 * @param file name of the file, without its folder
 * @param line number of the row in it, from 1
 * @param reason what was expected and what was found
 */
public record SkippedRow(String file, long line, String reason) {
    public SkippedRow {
        Objects.requireNonNull(file, "file");
        Objects.requireNonNull(reason, "reason");
    }

    @Override
    public String toString() {
        return file + ":" + line + ": " + reason;
    }
}
