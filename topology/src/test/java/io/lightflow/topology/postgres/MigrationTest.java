package io.lightflow.topology.postgres;

import static io.lightflow.topology.postgres.VersionOne.CLICKS;
import static io.lightflow.topology.postgres.VersionOne.CURRENCIES;
import static io.lightflow.topology.postgres.VersionOne.IMPRESSIONS;
import static io.lightflow.topology.postgres.VersionOne.MINUTE_MS;
import static io.lightflow.topology.postgres.VersionOne.SPEND;
import static io.lightflow.topology.postgres.VersionOne.ZONES;
import static io.lightflow.topology.postgres.VersionOne.add;
import static io.lightflow.topology.postgres.VersionOne.midnight;
import static io.lightflow.topology.postgres.VersionOne.utc;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.topology.postgres.VersionOne.Key;
import io.lightflow.topology.postgres.VersionOne.Table;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A database of version 1 that was used says, when it is migrated, what the later version would have written. */
class MigrationTest {
    private static final String KEPT = "stats_kept WHERE table_name NOT LIKE 'stats_geo_%'";

    private final PostgresServer server = PostgresServer.shared();
    private final VersionOne old = new VersionOne(server, random());

    private static Random random() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("MigrationTest: -Dseed=" + seed);
        return new Random(seed);
    }

    /**
     * @param sessionZone in which the migration runs
     * @param days so many of minutes were kept; 0: none
     * @param months so many of hours were kept
     */
    @ParameterizedTest
    @CsvSource({"UTC, 1000, 1000", "Asia/Kolkata, 6, 1000", "Europe/Berlin, 7, 3", "America/St_Johns, 0, 2"})
    void whatWasCountedIsSummedUp(String sessionZone, int days, int months) throws SQLException {
        ZonedDateTime now = ZonedDateTime.now(ZoneOffset.UTC);
        old.count(now);
        Predicate<Long> minutesKept = old.write(Table.MINUTE, lastDays(now, days));
        Predicate<Long> hoursKept = old.write(Table.HOUR, lastMonths(now, months));
        old.write(Table.DAY, LocalDate.MIN);
        old.makeCampaigns();

        old.migrate("3", sessionZone);

        // Every column that a migration adds with now() has the moment of it.
        Instant migrated = Instant.parse(server.query(
                old.settings,
                "SELECT to_char(min(updated_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') FROM"
                        + " campaign"));
        assertSame("stats_creative_minute", byCreative(MINUTE_MS, minutesKept));
        assertSame("stats_creative_ten_minutes", byCreative(10 * MINUTE_MS, minutesKept));
        assertSame("campaign_total", totals());
        assertSame("campaign_spend", spend(migrated.atZone(ZoneId.of(sessionZone)), minutesKept));
        assertSame(KEPT, kept(minutesKept, hoursKept));
        assertBudgets(migrated, minutesKept);
    }

    @Test
    void minutesThatWereDroppedAreMarkedAlsoWhereHoursWereKeptForAShorterTime() throws SQLException {
        ZonedDateTime now = ZonedDateTime.now(ZoneOffset.UTC);
        old.count(now);
        Predicate<Long> minutesKept = old.write(Table.MINUTE, lastDays(now, 8));
        Predicate<Long> hoursKept = old.write(Table.HOUR, LocalDate.MAX);
        old.write(Table.DAY, LocalDate.MIN);

        old.migrate("5", "Pacific/Chatham");

        assertSame(KEPT, kept(minutesKept, hoursKept));
    }

    @Test
    void aDroppedDayOfWhichLateEventsCameIsNotTakenForComplete() throws SQLException {
        ZonedDateTime now = ZonedDateTime.now(ZoneOffset.UTC);
        old.count(now);
        Predicate<Long> minutesKept = old.write(Table.MINUTE, lastDays(now, 3));
        Predicate<Long> hoursKept = old.write(Table.HOUR, LocalDate.MIN);
        old.write(Table.DAY, LocalDate.MIN);
        Key late = old.counted.keySet().stream()
                .filter(key -> Table.MINUTE.partitionOf(key.time()).equals(lastDays(now, 5)))
                .findFirst()
                .orElseThrow();
        old.makePartition(Table.MINUTE, lastDays(now, 5));
        old.insert(Table.MINUTE, Map.of(late, new long[] {1, 0, 0, 0, 0, 0, 0, 0}));

        old.migrate("5", "UTC");

        assertSame(KEPT, kept(minutesKept, hoursKept));
    }

    @Test
    void aDayOnWhichClocksWereChangedEndsAtMidnight() throws SQLException {
        old.count(Instant.parse("2024-03-31T08:00:00Z").toEpochMilli() / MINUTE_MS);
        Predicate<Long> kept = old.write(Table.MINUTE, LocalDate.MAX);
        old.write(Table.HOUR, LocalDate.MAX);
        old.write(Table.DAY, LocalDate.MIN);

        old.migrate("5", "Europe/Berlin");

        assertSame(KEPT, kept(kept, kept));
    }

    private static LocalDate lastDays(ZonedDateTime now, int days) {
        return days == 0 ? LocalDate.MAX : now.toLocalDate().minusDays(days);
    }

    private static LocalDate lastMonths(ZonedDateTime now, int months) {
        return now.toLocalDate().withDayOfMonth(1).minusMonths(months);
    }

    private Set<String> byCreative(long stepMs, Predicate<Long> minutesKept) {
        Map<Key, long[]> sums = new HashMap<>();
        old.counted.forEach((key, counts) -> {
            if (minutesKept.test(key.time())) {
                add(sums, key.at(stepMs).anywhere(), counts);
            }
        });
        return lines(
                sums,
                (key, counts) -> Stream.concat(
                        Stream.of(key.time() / 1_000, key.campaign(), key.creative(), key.advertiser(), key.currency()),
                        LongStream.of(counts).boxed()));
    }

    /** Over all days, whatever was dropped of minutes and hours. */
    private Set<String> totals() {
        Map<List<String>, BigInteger[]> sums = new HashMap<>();
        old.counted.forEach((key, counts) -> {
            BigInteger[] sum = sums.computeIfAbsent(List.of(key.campaign(), key.currency()), absent ->
                    new BigInteger[] {BigInteger.ZERO, BigInteger.ZERO, BigInteger.ZERO});
            sum[0] = sum[0].add(BigInteger.valueOf(counts[IMPRESSIONS]));
            sum[1] = sum[1].add(BigInteger.valueOf(counts[CLICKS]));
            sum[2] = sum[2].add(BigInteger.valueOf(counts[SPEND]));
        });
        return lines(sums, (key, sum) -> Stream.of(key.get(0), key.get(1), sum[0], sum[1], fitting(sum[2])));
    }

    private record Spell(String campaign, String currency, int minutes, long seconds) {}

    /** Of three days, from the beginning of an hour of the session's time zone on. */
    private Set<String> spend(ZonedDateTime migrated, Predicate<Long> minutesKept) {
        long from =
                migrated.truncatedTo(ChronoUnit.HOURS).minusDays(3).toInstant().toEpochMilli();
        Map<Spell, BigInteger> sums = new HashMap<>();
        old.counted.forEach((key, counts) -> {
            if (key.time() >= from && minutesKept.test(key.time()) && counts[SPEND] != 0) {
                for (int minutes : List.of(15, 60)) {
                    long stepMs = minutes * MINUTE_MS;
                    sums.merge(
                            new Spell(key.campaign(), key.currency(), minutes, key.time() / stepMs * stepMs / 1_000),
                            BigInteger.valueOf(counts[SPEND]),
                            BigInteger::add);
                }
            }
        });
        return lines(
                sums,
                (spell, sum) -> Stream.of(spell.campaign, spell.currency, spell.minutes, spell.seconds, fitting(sum)));
    }

    /** Where partitions were dropped. */
    private Set<String> kept(Predicate<Long> minutesKept, Predicate<Long> hoursKept) {
        Map<String, Long> from = new TreeMap<>();
        keptFrom(Table.MINUTE, minutesKept).ifPresent(seconds -> {
            from.put("stats_minute", seconds);
            from.put("stats_creative_minute", seconds);
            from.put("stats_creative_ten_minutes", seconds);
        });
        keptFrom(Table.HOUR, hoursKept).ifPresent(seconds -> from.put("stats_hour", seconds));
        return lines(from, (table, seconds) -> Stream.of(table, seconds));
    }

    /** The first partition that is there; if there is none, the first day of which nothing was counted. */
    private Optional<Long> keptFrom(Table table, Predicate<Long> kept) {
        List<Long> times = old.counted.keySet().stream().map(Key::time).sorted().toList();
        if (times.stream().allMatch(kept)) {
            return Optional.empty();
        }
        LocalDate from = times.stream()
                .filter(kept)
                .findFirst()
                .map(table::partitionOf)
                .orElseGet(() -> utc(times.get(times.size() - 1)).toLocalDate().plusDays(1));
        return Optional.of(from.atStartOfDay(ZoneOffset.UTC).toEpochSecond());
    }

    /** The amounts that campaigns have spent today, at moments around the last midnight of every zone. */
    private void assertBudgets(Instant migrated, Predicate<Long> minutesKept) throws SQLException {
        Set<Instant> moments = new TreeSet<>(Set.of(migrated));
        for (String zone : ZONES) {
            Instant midnight = midnight(migrated, zone).toInstant();
            moments.add(midnight);
            moments.add(midnight.minusMillis(1));
        }
        for (Instant moment : moments) {
            Map<String, Long> today = new TreeMap<>();
            for (int i = 0; i < ZONES.size(); i++) {
                today.put("campaign-" + i, spentOn(midnight(moment, ZONES.get(i)), i, minutesKept));
            }
            assertThat(read("SELECT campaign, spent_today_micros FROM campaign_budget_at('" + moment + "')"))
                    .as("spent on the day of " + moment)
                    .isEqualTo(lines(today, Stream::of));
        }
    }

    private long spentOn(ZonedDateTime day, int campaign, Predicate<Long> minutesKept) {
        long from = day.toInstant().toEpochMilli();
        long to = day.toLocalDate()
                .plusDays(1)
                .atStartOfDay(day.getZone())
                .toInstant()
                .toEpochMilli();
        return old.counted.entrySet().stream()
                .filter(row -> row.getKey().campaign().equals("campaign-" + campaign)
                        && row.getKey().currency().equals(CURRENCIES.get(campaign % 3))
                        && row.getKey().time() >= from
                        && row.getKey().time() < to
                        && minutesKept.test(row.getKey().time()))
                .mapToLong(row -> row.getValue()[SPEND])
                .sum();
    }

    /** Shows differences only: tables are long. */
    private void assertSame(String table, Set<String> expected) throws SQLException {
        Set<String> found = read("SELECT * FROM " + table);
        assertThat(found.stream().filter(line -> !expected.contains(line)).limit(5))
                .as(table + " has, and must not have")
                .isEmpty();
        assertThat(expected.stream().filter(line -> !found.contains(line)).limit(5))
                .as(table + " must have, and has not")
                .isEmpty();
    }

    private Set<String> read(String sql) throws SQLException {
        Set<String> lines = new TreeSet<>();
        try (Connection connection = server.connect(old.settings);
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            int columns = found.getMetaData().getColumnCount();
            while (found.next()) {
                List<Object> line = new ArrayList<>();
                for (int i = 1; i <= columns; i++) {
                    boolean isTime = found.getMetaData().getColumnTypeName(i).equals("timestamptz");
                    line.add(isTime ? found.getObject(i, OffsetDateTime.class).toEpochSecond() : found.getString(i));
                }
                lines.add(line(line.stream()));
            }
        }
        return lines;
    }

    private static <K, V> Set<String> lines(Map<K, V> rows, BiFunction<K, V, Stream<?>> columns) {
        return rows.entrySet().stream()
                .map(row -> line(columns.apply(row.getKey(), row.getValue())))
                .collect(toCollection(TreeSet::new));
    }

    private static String line(Stream<?> columns) {
        return columns.map(String::valueOf).collect(Collectors.joining(" | "));
    }

    private static BigInteger fitting(BigInteger sum) {
        return sum.min(BigInteger.valueOf(Long.MAX_VALUE));
    }
}
