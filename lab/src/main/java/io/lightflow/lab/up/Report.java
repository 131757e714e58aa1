package io.lightflow.lab.up;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.lightflow.event.EventType;
import io.lightflow.lab.feed.SkippedRows;
import io.lightflow.position.Books;
import io.lightflow.position.Books.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The results of a finished run. The component names are the JSON field names.
 *
 * @param in events read from the light topics, by type
 * @param joined by type; conversions are the attributed ones
 * @param skippedInput unreadable rows of the input
 * @param late events that arrived after the watermark, included in the other counts
 * @param invalid events that are invalid traffic, included in the other counts
 * @param postgres the sums of the statistics tables
 * @param balanced whether the books of all shards balance and PostgreSQL equals the joined topics
 * @param differences descriptions of the differences; empty if balanced
 * @param seconds from the first event fed to the last commit in PostgreSQL
 */
@JsonPropertyOrder({"in", "joined", "duplicates", "rejected", "skippedInput"})
record Report(
        Map<String, Long> in,
        Map<String, Long> joined,
        Map<String, Long> duplicates,
        Map<String, Long> rejected,
        long skippedInput,
        List<String> skippedRows,
        long unattributedConversions,
        long orphanClicks,
        long waiting,
        long late,
        long invalid,
        Totals postgres,
        boolean balanced,
        List<String> differences,
        double seconds,
        long eventsPerSecond) {

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    static Report of(Books books, SkippedRows skipped, Totals postgres, List<String> differences, double seconds) {
        return new Report(
                byType(books, Entry.IN),
                byType(books, Entry.JOINED),
                byType(books, Entry.DUPLICATE),
                byType(books, Entry.REJECTED),
                skipped.count(),
                skipped.named().stream().map(Object::toString).toList(),
                books.get(EventType.CONVERSION, Entry.UNATTRIBUTED),
                books.get(EventType.CLICK, Entry.ORPHANED),
                books.total(Entry.WAITING),
                books.total(Entry.LATE),
                books.total(Entry.INVALID),
                postgres,
                differences.isEmpty(),
                differences,
                Math.round(seconds * 10) / 10.0,
                seconds == 0 ? 0 : Math.round(books.total(Entry.IN) / seconds));
    }

    /** A copy without times, for comparison with another run. */
    Report figures() {
        return new Report(
                in,
                joined,
                duplicates,
                rejected,
                skippedInput,
                skippedRows,
                unattributedConversions,
                orphanClicks,
                waiting,
                late,
                invalid,
                postgres,
                balanced,
                differences,
                0,
                0);
    }

    private static Map<String, Long> byType(Books books, Entry entry) {
        Map<String, Long> counts = new LinkedHashMap<>();
        for (EventType type : EventType.values()) {
            counts.put(type.plural(), books.get(type, entry));
        }
        return counts;
    }

    void write(Path file) {
        try {
            Path folder = file.toAbsolutePath().getParent();
            Files.createDirectories(folder);
            Files.writeString(file, toJson() + System.lineSeparator());
        } catch (IOException e) {
            throw new IllegalStateException("Writing the report to " + file + " failed: " + e, e);
        }
    }

    String toJson() throws IOException {
        return JSON.writeValueAsString(this);
    }
}
