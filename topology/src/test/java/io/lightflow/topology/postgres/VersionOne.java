package io.lightflow.topology.postgres;

import io.lightflow.database.PostgresSettings;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TimeZone;
import java.util.function.Predicate;

/** A database of version 1 with statistics at random, and what was counted. */
final class VersionOne {
    static final long MINUTE_MS = 60_000;
    static final List<String> CURRENCIES = List.of("EUR", "USD", "JPY");

    /** Of the campaigns: the day begins on the hour, or on a quarter of it, or on another date. */
    static final List<String> ZONES = List.of(
            "UTC",
            "Europe/Berlin",
            "America/New_York",
            "America/St_Johns",
            "Asia/Kolkata",
            "Asia/Kathmandu",
            "Australia/Lord_Howe",
            "Pacific/Chatham",
            "Pacific/Kiritimati",
            "Pacific/Pago_Pago");

    // Places of counts in a row's array.
    static final int IMPRESSIONS = 0;
    static final int CLICKS = 1;
    static final int SPEND = 6;
    private static final int COLUMNS = 8;

    private static final int ROWS = 3_000;
    private static final int DAYS = 10;
    private static final int MONTHS = 14;
    private static final String RICH = "campaign of \"%rich\"";

    /** The tables of version 1, and how they are cut. */
    enum Table {
        MINUTE("stats_minute", MINUTE_MS, Period.ofDays(1), 10),
        HOUR("stats_hour", 60 * MINUTE_MS, Period.ofMonths(1), 7),
        DAY("stats_day", 24 * 60 * MINUTE_MS, Period.ofYears(1), 4);

        final String tableName;
        final long stepMs;
        private final Period partition;

        /** So many characters of a date tell partitions apart. */
        private final int cut;

        Table(String tableName, long stepMs, Period partition, int cut) {
            this.tableName = tableName;
            this.stepMs = stepMs;
            this.partition = partition;
            this.cut = cut;
        }

        LocalDate partitionOf(long time) {
            return LocalDate.parse(utc(time).toLocalDate().toString().substring(0, cut) + "-01-01".substring(cut - 4));
        }

        String name(LocalDate start) {
            return tableName + "_" + start.toString().substring(0, cut).replace("-", "");
        }
    }

    /** @param time ms since the Unix epoch */
    record Key(
            long time,
            String campaign,
            String creative,
            String advertiser,
            String exchange,
            String publisher,
            String country,
            String device,
            String currency) {
        Key at(long stepMs) {
            return new Key(
                    time / stepMs * stepMs,
                    campaign,
                    creative,
                    advertiser,
                    exchange,
                    publisher,
                    country,
                    device,
                    currency);
        }

        /** Wherever it was. */
        Key anywhere() {
            return new Key(time, campaign, creative, advertiser, "", "", "", "", currency);
        }
    }

    final PostgresSettings settings;

    /** All of it, by the minute. */
    final Map<Key, long[]> counted = new HashMap<>();

    private final PostgresServer server;
    private final Random random;

    VersionOne(PostgresServer server, Random random) {
        this.server = server;
        this.random = random;
        settings = server.unmigrated(server.port());
    }

    /** Of the last days and months, at random and at the edges of all that time is cut into. */
    void count(ZonedDateTime now) {
        long end = now.toInstant().toEpochMilli() / MINUTE_MS;
        for (int i = 0; i < ROWS; i++) {
            count(end - random.nextInt(5 * 24 * 60));
        }
        List<ZonedDateTime> edges = new ArrayList<>();
        for (int i = 0; i < DAYS; i++) {
            for (String zone : ZONES) {
                edges.add(midnight(now.toInstant(), zone).minusDays(i));
            }
        }
        for (int i = 0; i < MONTHS; i++) {
            edges.add(midnight(now.toInstant(), "UTC").withDayOfMonth(1).minusMonths(i));
        }
        for (int quarter = -4; quarter <= 4; quarter++) {
            edges.add(now.truncatedTo(ChronoUnit.HOURS).minusDays(3).plusMinutes(15L * quarter));
        }
        for (ZonedDateTime edge : edges) {
            long minute = edge.toInstant().toEpochMilli() / MINUTE_MS;
            for (int around = -1; around <= 1; around++) {
                count(minute + around);
                count(minute + around);
            }
        }
        // Its money does not fit into 64 bits, that of each of its ads does.
        for (int ad = 0; ad < 4; ad++) {
            counts(end - 10, RICH, ad, 0, "EUR")[SPEND] = Long.MAX_VALUE / 3;
        }
    }

    /** Something of one ad, at one to three places. */
    void count(long minute) {
        int campaign = random.nextInt(ZONES.size());
        int ad = random.nextInt(3);
        String currency = random.nextInt(8) == 0 ? "" : CURRENCIES.get(random.nextInt(3));
        for (int place = 0; place < 1 + random.nextInt(3); place++) {
            long[] counts = counts(minute, "campaign-" + campaign, ad, place, currency);
            for (int i = 0; i < COLUMNS; i++) {
                counts[i] += random.nextInt(3) == 0 ? 0 : random.nextInt(i < SPEND ? 1_000 : 2_000_000_000);
            }
            counts[IMPRESSIONS]++;
        }
    }

    private long[] counts(long minute, String campaign, int ad, int place, String currency) {
        return counted.computeIfAbsent(
                new Key(
                        minute * MINUTE_MS,
                        campaign,
                        "ad '" + ad,
                        "advertiser-é",
                        "exchange-" + place,
                        "publisher-" + place % 2,
                        place == 0 ? "DE" : "FR",
                        "phone",
                        currency),
                absent -> new long[COLUMNS]);
    }

    /** In a session of that time zone, which is the one of its JVM. */
    void migrate(String version, String sessionZone) {
        TimeZone zoneOfThisJvm = TimeZone.getDefault();
        TimeZone.setDefault(TimeZone.getTimeZone(sessionZone));
        try {
            PostgresServer.migrate(settings, version);
        } finally {
            TimeZone.setDefault(zoneOfThisJvm);
        }
    }

    /**
     * Fills a table, without the partitions of before a day: they were dropped.
     *
     * @return of which times there are partitions
     */
    Predicate<Long> write(Table table, LocalDate firstKept) throws SQLException {
        PostgresServer.migrate(settings, "1");
        Predicate<Long> kept = time -> !table.partitionOf(time).isBefore(firstKept);
        Map<Key, long[]> rows = new HashMap<>();
        counted.forEach((key, counts) -> {
            if (kept.test(key.time)) {
                add(rows, key.at(table.stepMs), counts);
            }
        });
        rows.keySet().stream()
                .map(key -> table.partitionOf(key.time))
                .distinct()
                .forEach(start -> makePartition(table, start));
        insert(table, rows);
        return kept;
    }

    void makePartition(Table table, LocalDate start) {
        server.execute(
                settings,
                "CREATE TABLE " + table.name(start) + " PARTITION OF " + table.tableName + " FOR VALUES FROM ('" + start
                        + " 00:00:00+00') TO ('" + start.plus(table.partition) + " 00:00:00+00')");
    }

    void insert(Table table, Map<Key, long[]> rows) throws SQLException {
        try (Connection connection = server.connect(settings);
                PreparedStatement insert = connection.prepareStatement(
                        "INSERT INTO " + table.tableName + " VALUES (?" + ", ?".repeat(16) + ")")) {
            connection.setAutoCommit(false);
            for (Map.Entry<Key, long[]> row : rows.entrySet()) {
                Key key = row.getKey();
                int column = 1;
                insert.setObject(column++, utc(key.time));
                for (String text : List.of(
                        key.campaign,
                        key.creative,
                        key.advertiser,
                        key.exchange,
                        key.publisher,
                        key.country,
                        key.device,
                        key.currency)) {
                    insert.setString(column++, text);
                }
                for (long count : row.getValue()) {
                    insert.setLong(column++, count);
                }
                insert.addBatch();
            }
            insert.executeBatch();
            connection.commit();
        }
    }

    /** One for every time zone. */
    void makeCampaigns() {
        for (int i = 0; i < ZONES.size(); i++) {
            server.execute(
                    settings,
                    "INSERT INTO campaign (id, advertiser, name, currency, time_zone) VALUES ('campaign-" + i
                            + "', 'a', 'n', '" + CURRENCIES.get(i % 3) + "', '" + ZONES.get(i) + "')");
        }
    }

    static void add(Map<Key, long[]> sums, Key key, long[] counts) {
        long[] sum = sums.computeIfAbsent(key, absent -> new long[COLUMNS]);
        for (int i = 0; i < COLUMNS; i++) {
            sum[i] = Math.addExact(sum[i], counts[i]);
        }
    }

    static ZonedDateTime midnight(Instant moment, String zone) {
        return moment.atZone(ZoneId.of(zone)).toLocalDate().atStartOfDay(ZoneId.of(zone));
    }

    static OffsetDateTime utc(long time) {
        return Instant.ofEpochMilli(time).atOffset(ZoneOffset.UTC);
    }
}
