package io.lightflow.topology.eventlog;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lightflow.event.EventType;
import io.lightflow.event.Origin;
import io.lightflow.store.EventCell;
import io.lightflow.store.EventQuery;
import io.lightflow.store.KeyDay;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Random events, and the plain answers to queries about them. */
final class EventLogModel {
    private final Random random;
    private final int keys;
    private final int ids;
    private final List<EventCell> cells = new ArrayList<>();
    private long offset;

    EventLogModel(Random random, int keys, int ids) {
        this.random = random;
        this.keys = keys;
        this.ids = ids;
    }

    List<EventCell> cells() {
        return cells;
    }

    List<EventCell> next(int count) {
        List<EventCell> added = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            added.add(event());
        }
        return added;
    }

    private EventCell event() {
        byte[] value = new byte[random.nextInt(10) == 0 ? 3_000 : random.nextInt(40)];
        random.nextBytes(value);
        return new EventCell(
                type(),
                key(),
                id(),
                time(),
                random.nextInt(3),
                random.nextLong(),
                new Origin(random.nextInt(), offset++),
                value);
    }

    private EventType type() {
        return random.nextInt(4) == 0 ? EventType.TAG : EventType.IMPRESSION;
    }

    private byte[] key() {
        return ("key-" + random.nextInt(keys)).getBytes(UTF_8);
    }

    private byte[] id() {
        return ("id-" + random.nextInt(ids)).getBytes(UTF_8);
    }

    private long time() {
        return random.nextInt(200) == 0 ? random.nextLong() : random.nextLong(-2 * KeyDay.DAY_MS, 8 * KeyDay.DAY_MS);
    }

    List<EventQuery> queries(int count) {
        List<EventQuery> queries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] id = random.nextInt(4) == 0 ? null : id();
            if (random.nextBoolean()) {
                queries.add(new EventQuery(type(), key(), id, Long.MIN_VALUE, Long.MAX_VALUE));
            } else {
                long since = time();
                queries.add(new EventQuery(type(), key(), id, since, since + random.nextLong(4 * KeyDay.DAY_MS)));
            }
        }
        return queries;
    }

    List<KeyDay> keyDays(int count) {
        List<KeyDay> days = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            days.add(new KeyDay(key(), KeyDay.dayOf(time())));
        }
        return days;
    }

    List<String> answer(EventQuery query) {
        return text(cells.stream()
                .filter(cell -> cell.type() == query.type()
                        && Arrays.equals(cell.joinKey(), query.joinKey())
                        && (query.id() == null || Arrays.equals(cell.id(), query.id()))
                        && query.isWithin(cell.time()))
                .toList());
    }

    long count(KeyDay keyDay) {
        return cells.stream()
                .filter(cell -> Arrays.equals(cell.joinKey(), keyDay.joinKey()) && cell.day() == keyDay.day())
                .count();
    }

    /** Everything about some cells, in one order. */
    static List<String> text(List<EventCell> cells) {
        return cells.stream()
                .map(cell -> cell.type() + " " + new String(cell.joinKey(), UTF_8) + " " + new String(cell.id(), UTF_8)
                        + " " + cell.time() + " " + cell.takeover() + " " + cell.seenAt() + " " + cell.origin() + " "
                        + Arrays.hashCode(cell.value()) + " " + cell.value().length)
                .sorted()
                .toList();
    }
}
