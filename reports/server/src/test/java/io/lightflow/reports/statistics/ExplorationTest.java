package io.lightflow.reports.statistics;

import static java.util.Comparator.comparing;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.summingLong;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lightflow.reports.http.ReportsAccount;
import io.lightflow.reports.http.ReportsAccounts;
import io.lightflow.reports.http.ReportsRole;
import io.lightflow.reports.server.ReportsServer;
import io.lightflow.reports.server.ReportsSettings;
import io.lightflow.reports.server.ReportsTestDatabase;
import io.lightflow.reports.server.TestClient;
import io.lightflow.reports.statistics.WrittenStatistics.Row;
import io.lightflow.service.access.TokenHash;
import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Dimension;
import io.lightflow.statistics.Statistics;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The top groups and the others add up to the counts, in any steps and time zone. */
class ExplorationTest {
    private static final String ALL = "token-of-the-viewer-0123";
    private static final String ONE = "token-of-advertiser-a-0123";
    /** The clocks of Berlin change on the second day. */
    private static final Instant BEGIN = Instant.parse("2026-03-28T00:00:00Z");

    private static final Instant WATERMARK = BEGIN.plus(Duration.ofHours(60));
    private static final int MINUTES = 4 * 24 * 60;
    private static final Map<String, ToLongFunction<Counts>> METRICS = Map.of(
            "impressions", counts -> counts.impressions,
            "clicks", counts -> counts.clicks,
            "spend_micros", counts -> counts.spendMicros);

    private static final ReportsTestDatabase DATABASE = ReportsTestDatabase.fresh();
    private static final WrittenStatistics WRITTEN = new WrittenStatistics(DATABASE);
    private static final Random RANDOM = random();
    private static ReportsServer server;
    private static TestClient client;

    private static Random random() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("ExplorationTest: -Dseed=" + seed);
        return new Random(seed);
    }

    @BeforeAll
    static void start() {
        Statistics statistics = new Statistics();
        for (int i = 0; i < 3_000; i++) {
            RandomStatistics.add(
                    statistics, BEGIN.plus(Duration.ofMinutes(RANDOM.nextInt(MINUTES))), RANDOM.nextInt(8), RANDOM);
        }
        WRITTEN.commit(statistics, WATERMARK);
        server = new ReportsServer(ReportsSettings.of(0, DATABASE.settings())
                        .withAccess(new ReportsAccounts(List.of(
                                new ReportsAccount("all", TokenHash.of(ALL), ReportsRole.VIEWER, Optional.empty()),
                                new ReportsAccount("one", TokenHash.of(ONE), ReportsRole.VIEWER, Optional.of("a0"))))))
                .start();
        client = new TestClient(server.url(), ALL);
    }

    @AfterAll
    static void stop() {
        server.close();
        WRITTEN.close();
    }

    private static <T> T any(List<T> choices) {
        return choices.get(RANDOM.nextInt(choices.size()));
    }

    @Test
    void theTopGroupsAndTheOthersAreTheSumsOverTheMinutes() throws Exception {
        for (int i = 0; i < 40; i++) {
            Optional<ChronoUnit> step =
                    any(List.of(Optional.of(ChronoUnit.HOURS), Optional.of(ChronoUnit.DAYS), Optional.empty()));
            ZoneId zone = ZoneId.of(any(List.of("UTC", "Europe/Berlin", "Asia/Kolkata", "America/New_York")));
            List<Dimension> by = any(List.of(
                    List.of(),
                    List.of(Dimension.CAMPAIGN),
                    List.of(Dimension.COUNTRY, Dimension.DEVICE),
                    List.of(Dimension.CREATIVE, Dimension.REGION, Dimension.DATA_CENTER)));
            String metric = any(List.copyOf(new TreeMap<>(METRICS).keySet()));
            int top = 1 + RANDOM.nextInt(6);
            Instant from = BEGIN.plus(Duration.ofMinutes(RANDOM.nextInt(MINUTES / 2)));
            Instant to = from.plus(Duration.ofMinutes(1 + RANDOM.nextInt(MINUTES / 2)));
            String path = "/v1/explore?from=" + from + "&to=" + to + "&time_zone=" + zone + "&filter=country:DE"
                    + "&filter=country:US&metric=" + metric
                    + step.map(unit -> "&step=" + (unit == ChronoUnit.HOURS ? "hour" : "day"))
                            .orElse("")
                    + (by.isEmpty()
                            ? ""
                            : "&top=" + top + "&by=" + CubeChoice.names(by).replace(" ", ""));
            List<Row> rows = WRITTEN.rows().stream()
                    .filter(row -> row.key().time() >= from.toEpochMilli()
                            && row.key().time() < to.toEpochMilli()
                            && !row.key().get(Dimension.COUNTRY).equals("FR"))
                    .toList();
            Set<String> shown = by.isEmpty() ? Set.of("") : top(rows, by, metric, top);
            Map<String, Counts> expected = new TreeMap<>();
            for (Row row : rows) {
                String time = step.map(unit -> start(row.key().time(), unit, zone) + " ")
                        .orElse("");
                String group = group(row, by, metric);
                expected.computeIfAbsent(
                                time + (shown.contains(group) ? values(row, by) : "others") + " "
                                        + row.key().get(Dimension.CURRENCY),
                                absent -> new Counts())
                        .add(row.counts());
            }

            JsonNode answer = client.get(200, path);
            Map<String, Counts> found = new TreeMap<>();
            for (JsonNode row : answer.path("rows")) {
                boolean isOthers = !by.isEmpty() && row.path(by.get(0).column()).isNull();
                String values = by.stream()
                        .map(dimension -> row.path(dimension.column()).asText())
                        .collect(joining("/"));
                found.put(
                        (step.isPresent() ? row.path("time").asText() + " " : "") + (isOthers ? "others" : values) + " "
                                + row.path("currency").asText(),
                        RandomStatistics.counts(row));
                assertThat(row.has("time")).isEqualTo(step.isPresent());
            }
            assertThat(found).as(path).isEqualTo(expected);
            assertThat(answer.at("/as_of/watermark").asText()).isEqualTo(WATERMARK.toString());
            assertThat(answer.at("/as_of/complete").asBoolean()).isEqualTo(!to.isAfter(WATERMARK));
        }
    }

    private static Instant start(long time, ChronoUnit unit, ZoneId zone) {
        Instant at = Instant.ofEpochMilli(time);
        return unit == ChronoUnit.HOURS
                ? at.truncatedTo(unit)
                : at.atZone(zone).toLocalDate().atStartOfDay(zone).toInstant();
    }

    private static String values(Row row, List<Dimension> by) {
        return by.stream().map(row.key()::get).collect(joining("/"));
    }

    /** Money ranks the groups of each currency. */
    private static String group(Row row, List<Dimension> by, String metric) {
        return by.isEmpty()
                ? ""
                : values(row, by)
                        + (metric.equals("spend_micros") ? " " + row.key().get(Dimension.CURRENCY) : "");
    }

    private static Set<String> top(List<Row> rows, List<Dimension> by, String metric, int top) {
        Function<Row, String> ranking =
                row -> metric.equals("spend_micros") ? row.key().get(Dimension.CURRENCY) : "";
        Set<String> shown = new HashSet<>();
        rows.stream().collect(groupingBy(ranking)).values().forEach(ranked -> {
            Map<String, Long> sums = ranked.stream()
                    .collect(groupingBy(row -> group(row, by, metric), summingLong(row -> METRICS.get(metric)
                            .applyAsLong(row.counts()))));
            Map<String, List<String>> values = ranked.stream()
                    .collect(toMap(
                            row -> group(row, by, metric),
                            row -> by.stream().map(row.key()::get).toList(),
                            (one, same) -> one));
            sums.keySet().stream()
                    .sorted(comparing(sums::get)
                            .reversed()
                            .thenComparing(group -> String.join("\0", values.get(group))))
                    .limit(top)
                    .forEach(shown::add);
        });
        return shown;
    }

    @Test
    void theLargestGroupsComeFirstAndTheOthersSayHowManyTheyAre() throws Exception {
        String window = "from=" + BEGIN + "&to=" + BEGIN.plus(Duration.ofMinutes(MINUTES));
        JsonNode rows = client.get(
                        200, "/v1/explore?by=creative&top=2&metric=impressions&filter=currency:USD&" + window)
                .path("rows");
        assertThat(rows).hasSize(3);
        assertThat(rows.get(0).path("impressions").asLong())
                .isGreaterThanOrEqualTo(rows.get(1).path("impressions").asLong());
        assertThat(rows.get(0).path("groups").asLong()).isEqualTo(1);
        assertThat(rows.get(2).path("creative").isNull()).isTrue();
        assertThat(rows.get(2).path("groups").asLong()).isEqualTo(5);

        HttpResponse<String> csv =
                client.send("GET", "/v1/explore?format=csv&by=creative&top=2&filter=currency:USD&" + window, null);
        assertThat(csv.headers().firstValue("Content-Disposition")).contains("attachment; filename=\"explore.csv\"");
        assertThat(csv.headers().firstValue("Lightflow-Complete")).contains("false");
        assertThat(csv.body().lines()).hasSize(4).first().asString().startsWith("creative,currency,impressions,");
    }

    @Test
    void anAdvertiserExploresItsOwnFiguresOnly() throws Exception {
        String path = "/v1/explore?by=advertiser&from=" + BEGIN + "&to=" + BEGIN.plus(Duration.ofMinutes(MINUTES));
        assertThat(client.get(200, path).path("rows").findValuesAsText("advertiser"))
                .contains("a0", "a1");
        TestClient scoped = new TestClient(server.url(), ONE);
        assertThat(scoped.get(200, path).path("rows").findValuesAsText("advertiser"))
                .containsOnly("a0");
        scoped.get(403, path + "&filter=advertiser:a1");
        new TestClient(server.url(), null).get(401, path);
    }

    @Test
    void wrongParametersAreNamed() throws Exception {
        String year = "from=2025-01-30T00:00:00Z&to=2026-01-30T00:00:00Z";
        for (String[] wrong : new String[][] {
            {"time_zone=Berlin", "time_zone", "the name of a time zone"},
            {"by=campaign,creative,country,device", "by", "at most 3 dimensions"},
            {"by=currency", "by", "names with commas"},
            {"by=region,device", "filter", "no table has all of them"},
            {"top=1001", "top", "from 1 to 1000"},
            {"step=hour", "to", "at most 31 days"},
            {"step=day&time_zone=Europe/Berlin", "to", "at most 100 days"}
        }) {
            JsonNode problem = client.get(400, "/v1/explore?" + year + "&" + wrong[0]);
            assertThat(problem.at("/errors/0/parameter").asText()).as(wrong[0]).isEqualTo(wrong[1]);
            assertThat(problem.at("/errors/0/allowed").asText()).as(wrong[0]).contains(wrong[2]);
        }
    }
}
