package io.lightflow.topology.eventlog;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lightflow.event.EventType;
import io.lightflow.event.Origin;
import io.lightflow.store.EventCell;
import io.lightflow.store.EventQuery;
import io.lightflow.store.StoreWrite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Opens an event log with small segments, and appends to it. */
abstract class EventLogFixture {
    static final Duration RETENTION = Duration.ofDays(30);
    static final int SEGMENT_EVENTS = 100;
    static final int SHARD = 5;

    @TempDir
    Path folder;

    volatile long nowMs = 1_000_000_000_000L;
    EventLog log;

    @AfterEach
    void closeLog() throws IOException {
        if (log != null) {
            log.close();
        }
    }

    Path directory() {
        return folder.resolve("events");
    }

    EventLog open(LogPosition expected) throws IOException {
        return open(directory(), expected, EventHashing.MURMUR);
    }

    EventLog open(Path directory, LogPosition expected, EventHashing hashing) throws IOException {
        EventLogSettings settings = new EventLogSettings(directory, RETENTION, SEGMENT_EVENTS, 1 << 20, 3);
        return EventLog.open(settings, expected, () -> nowMs, hashing);
    }

    void reopen(LogPosition expected, EventHashing hashing) throws IOException {
        log.close();
        log = open(directory(), expected, hashing);
    }

    static LogPosition append(EventLog to, List<EventCell> cells) {
        return to.append(List.of(new StoreWrite(SHARD, List.of(), cells)));
    }

    List<Path> indexes() throws IOException {
        try (Stream<Path> files = Files.list(directory())) {
            return files.filter(file -> file.toString().endsWith(SealedIndex.SUFFIX))
                    .sorted()
                    .toList();
        }
    }

    static int segments(Path index) {
        String[] numbers =
                index.getFileName().toString().replace(SealedIndex.SUFFIX, "").split("-");
        return Integer.parseInt(numbers[1]) - Integer.parseInt(numbers[0]) + 1;
    }

    static EventCell cell(String key, String id, long time) {
        return new EventCell(
                EventType.IMPRESSION,
                key.getBytes(UTF_8),
                id.getBytes(UTF_8),
                time,
                1,
                0,
                new Origin(1, 1),
                "body".getBytes(UTF_8));
    }

    static List<EventCell> numbered(int from, int to) {
        List<EventCell> cells = new ArrayList<>();
        for (int i = from; i < to; i++) {
            cells.add(cell("key-" + i % 7, "id-" + i, i));
        }
        return cells;
    }

    int found(EventLog searched, int from, int to) {
        List<EventQuery> queries = numbered(from, to).stream()
                .map(cell -> new EventQuery(cell.type(), cell.joinKey(), cell.id()))
                .toList();
        return (int) searched.find(SHARD, queries).stream()
                .filter(cells -> !cells.isEmpty())
                .count();
    }
}
