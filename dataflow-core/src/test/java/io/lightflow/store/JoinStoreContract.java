package io.lightflow.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.event.EventType;
import io.lightflow.event.Origin;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The contract of every join store. A store that can be reopened also passes {@link DurableJoinStoreContract}. */
public abstract class JoinStoreContract extends RowContract {
    private static final long DAY = KeyDay.DAY_MS;
    private static final int FIRST_DAY = 19_723;
    /** The time of test events: ms after the start of the first day. */
    private static final long T0 = FIRST_DAY * DAY;

    @Test
    void anEventIsFoundByItsIdWithEverythingThatWasWritten() throws Exception {
        EventCell impression = new EventCell(
                EventType.IMPRESSION,
                bytes("key"),
                bytes("id"),
                T0 + 5,
                7,
                Long.MIN_VALUE,
                new Origin(-3, Long.MAX_VALUE),
                bytes("value"));
        EventCell tag =
                new EventCell(EventType.TAG, bytes("key"), bytes("id"), -1, 0, T0, new Origin(1, 0), new byte[0]);
        add(impression, tag);

        assertThat(described(events(id(EventType.IMPRESSION, "key", "id")))).containsExactly(described(impression));
        assertThat(described(events(id(EventType.TAG, "key", "id")))).containsExactly(described(tag));
    }

    @Test
    void absentEventsAreNotFound() throws Exception {
        add(impression("key", "id", 1, 1, "v"));

        for (EventQuery absent : List.of(
                id(EventType.TAG, "key", "id"),
                id(EventType.IMPRESSION, "key", "i"),
                id(EventType.IMPRESSION, "key", "id2"),
                id(EventType.IMPRESSION, "ke", "yid"),
                id(EventType.IMPRESSION, "keyi", "d"),
                id(EventType.IMPRESSION, "other", "id"),
                new EventQuery(EventType.TAG, bytes("key"), null, Long.MIN_VALUE, Long.MAX_VALUE),
                new EventQuery(EventType.IMPRESSION, bytes("ke"), null, Long.MIN_VALUE, Long.MAX_VALUE))) {
            assertThat(events(absent)).as(absent.toString()).isEmpty();
        }
    }

    /** Attempts and mirrors leave several cells of one event. */
    @Test
    void cellsThatDifferInTakeoverSeenAtOrOriginStandBesideEachOther() throws Exception {
        List<EventCell> cells = new ArrayList<>();
        for (int takeover : new int[] {0, 1, 300}) {
            for (long seenAt : new long[] {Long.MIN_VALUE, 0, T0}) {
                for (Origin origin : List.of(new Origin(1, 0), new Origin(1, 1), new Origin(2, 0))) {
                    cells.add(new EventCell(
                            EventType.IMPRESSION,
                            bytes("key"),
                            bytes("id"),
                            T0,
                            takeover,
                            seenAt,
                            origin,
                            bytes("value of " + takeover)));
                }
            }
        }
        cells.forEach(this::add);

        assertThat(described(events(id(EventType.IMPRESSION, "key", "id"))))
                .containsExactlyInAnyOrderElementsOf(described(cells));
        assertThat(described(ofKey("key"))).containsExactlyInAnyOrderElementsOf(described(cells));
    }

    @Test
    void boundsOfTimeAreInclusive() throws Exception {
        for (int ms = 0; ms < 10; ms++) {
            add(impression("key", "i" + ms, ms, ms, "v"));
        }
        add(impression("key", "next-day", DAY, 10, "v"));

        assertThat(ids(events(between("key", null, 3, 5)))).containsExactlyInAnyOrder("i3", "i4", "i5");
        assertThat(ids(events(between("key", "i4", 4, 4)))).containsExactly("i4");
        assertThat(events(between("key", "i4", 5, 9))).isEmpty();
        assertThat(events(between("key", "i4", 0, 3))).isEmpty();
        assertThat(ids(events(between("key", null, DAY, DAY)))).containsExactly("next-day");
        assertThat(events(between("key", null, -DAY, -1))).isEmpty();
    }

    @Test
    void anEventIsFoundByItsIdWhateverItsDay() throws Exception {
        for (int day = -40; day < 40; day++) {
            add(impression("key", "i" + day, day * DAY + 1, 40 + day, "v" + day));
        }

        for (int day = -40; day < 40; day++) {
            assertThat(values(events(id(EventType.IMPRESSION, "key", "i" + day))))
                    .containsExactly("v" + day);
        }
        assertThat(ofKey("key")).hasSize(80);
    }

    @Test
    void daySizesAreUpperBoundsForImpressionsAndTagsTogether() throws Exception {
        for (int i = 0; i < 50; i++) {
            add(impression("key", "i" + i, i, i, "v"), tag("key", "t" + i, i, i));
        }
        add(impression("key", "later", DAY, 0, "v"));

        assertThat(daySize("key", 0)).isGreaterThanOrEqualTo(100);
        assertThat(daySize("key", 1)).isGreaterThanOrEqualTo(1);
    }

    /** Otherwise every day would seem crowded. */
    @Test
    void daySizesOfFewKeysAreClose() throws Exception {
        for (int key = 0; key < 500; key++) {
            add(impression("key-" + key, "i", 1, key, "v"));
        }

        int sum = 0;
        for (int key = 0; key < 500; key++) {
            sum += daySize("key-" + key, 0) + daySize("key-" + key, 1) + daySize("absent-" + key, 0);
        }
        assertThat(sum).isBetween(500, 600);
    }

    @Test
    void anEventThatIsWrittenAgainIsTheSame() throws Exception {
        EventCell cell = impression("key", "id", 1, 1, "v");
        add(cell, impression("key", "id2", 1, 2, "v2"), cell);
        add(cell);

        assertThat(new HashSet<>(described(events(id(EventType.IMPRESSION, "key", "id")))))
                .containsExactly(described(cell));
        assertThat(new HashSet<>(ids(ofKey("key")))).containsExactlyInAnyOrder("id", "id2");
    }

    @Test
    void joinKeysIdsAndValuesMayHaveAnyLengthAndContent() throws Exception {
        Random random = new Random(11);
        List<EventCell> cells = new ArrayList<>();
        for (int length : new int[] {1, 127, 128, 255, 256, 1_536}) {
            for (int valueLength : new int[] {0, 1, 300, 5_000, 1_100_000}) {
                byte[] joinKey = bytes("\u20ac".repeat(length / 3) + "k".repeat(length % 3) + valueLength);
                byte[] id = bytes("i".repeat(length) + valueLength);
                byte[] value = new byte[valueLength];
                random.nextBytes(value);
                cells.add(new EventCell(
                        EventType.IMPRESSION, joinKey, id, T0 + length, 1, T0, new Origin(1, cells.size()), value));
            }
        }
        cells.forEach(this::add);

        for (EventCell cell : cells) {
            assertThat(described(events(new EventQuery(cell.type(), cell.joinKey(), cell.id()))))
                    .containsExactly(described(cell));
        }
    }

    @Test
    void manyThousandQueriesAreAnsweredInTheirOrder() throws Exception {
        int count = 20_000;
        List<EventCell> cells = IntStream.range(0, count)
                .mapToObj(i -> impression("key-" + i % 5_000, "id-" + i, i, i, "value " + i))
                .toList();
        store().write(List.of(new StoreWrite(SHARD, List.of(cell("row", "k", "v")), cells)));
        List<EventQuery> queries = new ArrayList<>();
        List<KeyDay> days = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            queries.add(id(EventType.IMPRESSION, "key-" + i % 5_000, "id-" + i));
            queries.add(id(EventType.IMPRESSION, "key-" + i % 5_000, "absent-" + i));
            days.add(new KeyDay(bytes("key-" + i % 5_000), FIRST_DAY));
        }

        StoreAnswer answer =
                store().reader(SHARD).read(new StoreQuery(List.of(whole("row"), whole("absent")), queries, days));

        assertThat(answer.rows()).hasSize(2);
        assertThat(text(answer.rows().get(0))).containsExactly("k=v");
        for (int i = 0; i < count; i++) {
            assertThat(values(answer.events().get(2 * i))).containsExactly("value " + i);
            assertThat(answer.events().get(2 * i + 1)).isEmpty();
            assertThat(answer.daySizes()[i]).isGreaterThanOrEqualTo(4);
        }
    }

    @Test
    void aKeyMayHaveThousandsOfEventsADay() throws Exception {
        List<EventCell> cells = IntStream.range(0, 6_000)
                .mapToObj(i -> impression("bot", "id-" + i, i, i, "v"))
                .toList();
        for (int from = 0; from < cells.size(); from += 1_000) {
            add(cells.subList(from, from + 1_000).toArray(EventCell[]::new));
        }

        assertThat(new HashSet<>(ids(ofKey("bot")))).hasSize(6_000);
        assertThat(daySize("bot", 0)).isGreaterThanOrEqualTo(6_000);
        assertThat(ids(events(id(EventType.IMPRESSION, "bot", "id-4711")))).containsExactly("id-4711");
        assertThat(ids(events(between("bot", null, 4_711, 4_712)))).containsExactlyInAnyOrder("id-4711", "id-4712");
    }

    /** A step reads the row of a key before its events. */
    @Test
    void aReaderMayBeAskedForRowsFirstAndForEventsOfTheSameKeyLater() throws Exception {
        store().write(List.of(new StoreWrite(
                SHARD, List.of(cell("kkey", "Ccell", "v")), List.of(impression("key", "id", 1, 1, "v")))));
        StoreReader reader = store().reader(SHARD);

        assertThat(text(reader.read(StoreQuery.ofRows(List.of(whole("kkey"))))
                        .rows()
                        .get(0)))
                .containsExactly("Ccell=v");
        StoreAnswer answer = reader.read(new StoreQuery(
                List.of(),
                List.of(id(EventType.IMPRESSION, "key", "id")),
                List.of(new KeyDay(bytes("key"), FIRST_DAY))));
        assertThat(ids(answer.events().get(0))).containsExactly("id");
        assertThat(answer.daySizes()[0]).isGreaterThanOrEqualTo(1);
        assertThat(ids(reader.read(query(between("key", null, 0, 5))).events().get(0)))
                .containsExactly("id");
    }

    @Test
    void theStoreNeitherKeepsNorChangesTheArraysOfEvents() throws Exception {
        EventCell written = impression("key", "id", 1, 1, "value");
        add(written);
        assertThat(described(written)).isEqualTo(described(impression("key", "id", 1, 1, "value")));
        Arrays.fill(written.joinKey(), (byte) 'x');
        Arrays.fill(written.id(), (byte) 'x');
        Arrays.fill(written.value(), (byte) 'x');

        EventCell found = events(id(EventType.IMPRESSION, "key", "id")).get(0);
        Arrays.fill(found.value(), (byte) 'x');

        assertThat(described(events(id(EventType.IMPRESSION, "key", "id"))))
                .containsExactly(described(impression("key", "id", 1, 1, "value")));
        assertThat(events(id(EventType.IMPRESSION, "xxx", "xx"))).isEmpty();
    }

    @Test
    void shardsAreWrittenAndReadAtTheSameTime() throws Exception {
        int shards = 4;
        int rounds = 40;
        JoinStore shared = store();
        ExecutorService threads = Executors.newFixedThreadPool(shards);
        try {
            List<Callable<Void>> work = new ArrayList<>();
            for (int s = 0; s < shards; s++) {
                int shard = s;
                work.add(() -> {
                    for (int round = 0; round < rounds; round++) {
                        List<EventCell> cells = new ArrayList<>();
                        for (int i = 0; i < 20; i++) {
                            cells.add(impression("key-" + shard, round + "-" + i, i, 100L * round + i, "v" + shard));
                        }
                        shared.write(
                                List.of(new StoreWrite(shard, List.of(cell("row-" + shard, "k" + round, "v")), cells)));
                        StoreAnswer answer = shared.reader(shard)
                                .read(query(
                                        id(EventType.IMPRESSION, "key-" + shard, round + "-7"),
                                        id(EventType.IMPRESSION, "key-" + shard, round + 1 + "-7"),
                                        between("key-" + shard, null, 0, DAY)));
                        assertThat(values(answer.events().get(0))).containsExactly("v" + shard);
                        assertThat(answer.events().get(1)).isEmpty();
                        assertThat(answer.events().get(2)).hasSize(20 * (round + 1));
                    }
                    return null;
                });
            }
            for (Future<Void> done : threads.invokeAll(work)) {
                done.get();
            }
        } finally {
            threads.shutdownNow();
        }
        // One write may concern several shards.
        shared.write(IntStream.range(0, shards)
                .mapToObj(shard ->
                        new StoreWrite(shard, List.of(), List.of(impression("key-" + shard, "last", 1, 9_999, "v"))))
                .toList());
        for (int shard = 0; shard < shards; shard++) {
            assertThat(shared.reader(shard)
                            .read(query(id(EventType.IMPRESSION, "key-" + shard, "last")))
                            .events()
                            .get(0))
                    .hasSize(1);
        }
    }

    @Test
    void anyHistoryOfWritesIsFoundAsInAList() throws Exception {
        long seed = Long.getLong("seed", new Random().nextLong());
        Random random = new Random(seed);
        List<EventCell> model = new ArrayList<>();
        for (int round = 0; round < 40; round++) {
            List<EventCell> cells = new ArrayList<>();
            for (int i = random.nextInt(100); i > 0; i--) {
                cells.add(random(random, model.size() + cells.size()));
            }
            add(cells.toArray(EventCell[]::new));
            model.addAll(cells);
            List<EventQuery> queries = new ArrayList<>();
            List<KeyDay> days = new ArrayList<>();
            for (int i = random.nextInt(60); i > 0; i--) {
                queries.add(randomQuery(random));
                days.add(new KeyDay(bytes("key-" + random.nextInt(12)), FIRST_DAY + random.nextInt(4)));
            }
            StoreAnswer answer = store().reader(SHARD).read(new StoreQuery(List.of(), queries, days));
            for (int i = 0; i < queries.size(); i++) {
                EventQuery query = queries.get(i);
                List<EventCell> expected =
                        model.stream().filter(cell -> answers(cell, query)).toList();
                assertThat(described(answer.events().get(i)))
                        .as("-Dseed=" + seed)
                        .containsExactlyInAnyOrderElementsOf(described(expected));
                KeyDay day = days.get(i);
                long size = model.stream()
                        .filter(cell -> Arrays.equals(cell.joinKey(), day.joinKey()) && cell.day() == day.day())
                        .count();
                assertThat((long) answer.daySizes()[i]).as("-Dseed=" + seed).isGreaterThanOrEqualTo(size);
            }
        }
    }

    private static EventCell random(Random random, int offset) {
        return new EventCell(
                random.nextInt(4) == 0 ? EventType.TAG : EventType.IMPRESSION,
                bytes("key-" + random.nextInt(10)),
                bytes("id-" + random.nextInt(40)),
                T0 + random.nextLong(4 * DAY),
                random.nextInt(3),
                T0 - random.nextInt(3),
                new Origin(1, offset),
                bytes("v".repeat(random.nextInt(500))));
    }

    private static EventQuery randomQuery(Random random) {
        EventType type = random.nextBoolean() ? EventType.TAG : EventType.IMPRESSION;
        byte[] joinKey = bytes("key-" + random.nextInt(12));
        byte[] id = random.nextInt(4) == 0 ? null : bytes("id-" + random.nextInt(45));
        long since = random.nextBoolean() ? Long.MIN_VALUE : T0 + random.nextLong(4 * DAY);
        long until = random.nextBoolean() ? Long.MAX_VALUE : T0 + random.nextLong(4 * DAY);
        return new EventQuery(type, joinKey, id, since, until);
    }

    private static boolean answers(EventCell cell, EventQuery query) {
        return cell.type() == query.type()
                && Arrays.equals(cell.joinKey(), query.joinKey())
                && (query.id() == null || Arrays.equals(cell.id(), query.id()))
                && query.isWithin(cell.time());
    }

    // Helpers

    protected final void add(EventCell... events) {
        try {
            store().write(List.of(new StoreWrite(SHARD, List.of(), List.of(events))));
        } catch (Exception e) {
            throw new AssertionError("the store of the test does not open", e);
        }
    }

    protected final List<EventCell> events(EventQuery query) throws Exception {
        return store().reader(SHARD).read(query(query)).events().get(0);
    }

    /** All impressions of a join key. */
    protected final List<EventCell> ofKey(String joinKey) throws Exception {
        return events(new EventQuery(EventType.IMPRESSION, bytes(joinKey), null, Long.MIN_VALUE, Long.MAX_VALUE));
    }

    /** @param day days after the first day of the tests */
    protected final int daySize(String joinKey, int day) throws Exception {
        StoreQuery query = new StoreQuery(List.of(), List.of(), List.of(new KeyDay(bytes(joinKey), FIRST_DAY + day)));
        return store().reader(SHARD).read(query).daySizes()[0];
    }

    protected static StoreQuery query(EventQuery... queries) {
        return new StoreQuery(List.of(), List.of(queries), List.of());
    }

    protected static EventQuery id(EventType type, String joinKey, String id) {
        return new EventQuery(type, bytes(joinKey), bytes(id));
    }

    private static EventQuery between(String joinKey, String id, long sinceMs, long untilMs) {
        return new EventQuery(
                EventType.IMPRESSION, bytes(joinKey), id == null ? null : bytes(id), T0 + sinceMs, T0 + untilMs);
    }

    /** @param ms after the start of the first day */
    protected static EventCell impression(String joinKey, String id, long ms, long offset, String value) {
        return new EventCell(
                EventType.IMPRESSION,
                bytes(joinKey),
                bytes(id),
                T0 + ms,
                1,
                T0 - 1,
                new Origin(1, offset),
                bytes(value));
    }

    private static EventCell tag(String joinKey, String id, long ms, long offset) {
        return new EventCell(
                EventType.TAG, bytes(joinKey), bytes(id), T0 + ms, 1, T0 - 1, new Origin(2, offset), new byte[0]);
    }

    protected static List<String> ids(List<EventCell> cells) {
        return cells.stream().map(cell -> new String(cell.id(), UTF_8)).toList();
    }

    private static List<String> values(List<EventCell> cells) {
        return cells.stream().map(cell -> new String(cell.value(), UTF_8)).toList();
    }

    /** Everything of a cell, comparable. */
    protected static List<Object> described(EventCell cell) {
        return List.of(CellIdentity.of(cell), CellIdentity.content(cell));
    }

    protected static List<List<Object>> described(List<EventCell> cells) {
        return cells.stream().map(JoinStoreContract::described).toList();
    }
}
