package io.lightflow.reports.statistics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lightflow.database.StatisticsCube;
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
import io.lightflow.statistics.StatisticsKey;
import java.io.ByteArrayInputStream;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.StreamSupport;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** An answer equals the counts, for clients that may see them, or it is a problem. */
class StatisticsApiTest {
    private static final String ALL = "token-of-the-viewer-0123";
    private static final String ONE = "token-of-advertiser-a-0123";
    private static final Instant BEGIN = Instant.parse("2026-01-30T00:00:00Z");
    private static final Instant WATERMARK = BEGIN.plus(Duration.ofHours(100));
    private static final int MINUTES = 5 * 24 * 60;

    private static final ReportsTestDatabase DATABASE = ReportsTestDatabase.fresh();
    private static final WrittenStatistics WRITTEN = new WrittenStatistics(DATABASE);
    private static final Random RANDOM = random();
    private static ReportsServer server;
    private static TestClient client;
    private static TestClient scoped;

    private static Random random() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("StatisticsApiTest: -Dseed=" + seed);
        return new Random(seed);
    }

    @BeforeAll
    static void start() {
        Statistics statistics = new Statistics();
        for (int i = 0; i < 6_000; i++) {
            RandomStatistics.add(
                    statistics, BEGIN.plus(Duration.ofMinutes(RANDOM.nextInt(MINUTES))), RANDOM.nextInt(8), RANDOM);
        }
        // Most ads of the last minutes.
        for (int i = 0; i < 2_000; i++) {
            RandomStatistics.add(
                    statistics,
                    BEGIN.plus(Duration.ofMinutes(MINUTES - 1 - RANDOM.nextInt(300))),
                    RANDOM.nextInt(8),
                    RANDOM);
        }
        WRITTEN.commit(statistics, WATERMARK);
        server = new ReportsServer(ReportsSettings.of(0, DATABASE.settings())
                        .withAccess(new ReportsAccounts(List.of(
                                new ReportsAccount("all", TokenHash.of(ALL), ReportsRole.VIEWER, Optional.empty()),
                                new ReportsAccount("one", TokenHash.of(ONE), ReportsRole.VIEWER, Optional.of("a0"))))))
                .start();
        client = new TestClient(server.url(), ALL);
        scoped = new TestClient(server.url(), ONE);
    }

    @AfterAll
    static void stop() {
        server.close();
        WRITTEN.close();
    }

    private record Asked(Instant from, Instant to, String filters, Predicate<StatisticsKey> where) {
        String query() {
            return "from=" + from + "&to=" + to + filters;
        }
    }

    private static Asked anything(int mostMinutes) {
        int from = RANDOM.nextInt(MINUTES - 1);
        int to = from + 1 + RANDOM.nextInt(Math.min(mostMinutes, MINUTES - from));
        if (RANDOM.nextInt(4) == 0) {
            from -= from % 60;
            to += 60 - to % 60;
        }
        Instant begin = BEGIN.plus(Duration.ofMinutes(from));
        Instant end = BEGIN.plus(Duration.ofMinutes(Math.min(to, from + mostMinutes)));
        String filters = "";
        Predicate<StatisticsKey> where = key -> key.time() >= begin.toEpochMilli() && key.time() < end.toEpochMilli();
        if (RANDOM.nextBoolean()) {
            filters += "&filter=country:DE&filter=country:FR";
            where = where.and(key -> !key.get(Dimension.COUNTRY).equals("US"));
        }
        boolean isOfRegions = RANDOM.nextBoolean();
        if (RANDOM.nextInt(3) == 0) {
            filters += isOfRegions ? "&filter=region:1" : "&filter=device:phone";
            where = where.and(
                    isOfRegions
                            ? key -> key.get(Dimension.REGION).equals("1")
                            : key -> key.get(Dimension.DEVICE).equals("phone"));
        }
        if (RANDOM.nextInt(3) == 0) {
            filters += isOfRegions ? "&filter=data_center:us-west" : "&filter=publisher:p:1";
            where = where.and(
                    isOfRegions
                            ? key -> key.get(Dimension.DATA_CENTER).equals("us-west")
                            : key -> key.get(Dimension.PUBLISHER).equals("p:1"));
        }
        return new Asked(begin, end, filters, where);
    }

    @Test
    void aCountIsTheSumOverTheMinutesForAnyWindowAndFilter() throws Exception {
        Map<String, ToLongFunction<Counts>> metrics =
                Map.of("clicks", counts -> counts.clicks, "invalid_clicks", counts -> counts.invalidClicks);
        for (int i = 0; i < 60; i++) {
            String ad = "r" + RANDOM.nextInt(8);
            String metric = RANDOM.nextBoolean() ? "clicks" : "invalid_clicks";
            Asked asked = anything(MINUTES);
            String path = "/v1/ads/" + ad + "/aggregated_count?metric=" + metric + "&" + asked.query();
            JsonNode answer = client.get(200, path);

            assertThat(answer.path("count").asLong())
                    .as(path + " " + answer.path("parts"))
                    .isEqualTo(WRITTEN.sum(metrics.get(metric), asked.where.and(key -> key.get(Dimension.CREATIVE)
                            .equals(ad))));
            assertThat(answer.at("/as_of/watermark").asText()).isEqualTo(WATERMARK.toString());
            assertThat(answer.at("/as_of/complete").asBoolean()).isEqualTo(!asked.to.isAfter(WATERMARK));
        }
        JsonNode spend = client.get(
                200, "/v1/ads/r7/aggregated_count?metric=spend_micros&from=" + BEGIN + "&to=2026-02-04T00:00:00Z");
        assertThat(spend.at("/by_currency/EUR").asLong())
                .isEqualTo(WRITTEN.sum(counts -> counts.spendMicros, key -> key.get(Dimension.CREATIVE)
                        .equals("r7")));
        assertThat(spend.path("parts").toString())
                .isEqualTo("[{\"from\":\"2026-01-30T00:00:00Z\",\"to\":\"2026-02-04T00:00:00Z\",\"rows\":\"day\","
                        + "\"subtracted\":false}]");
    }

    @Test
    void aSeriesIsTheSumOverTheMinutesForAnyWindowStepAndFilter() throws Exception {
        for (int i = 0; i < 40; i++) {
            Grain step = List.of(Grain.MINUTE, Grain.HOUR, Grain.DAY).get(RANDOM.nextInt(3));
            Asked asked = anything(step == Grain.MINUTE ? 24 * 60 : MINUTES);
            // What the filter can be told apart by.
            boolean isOfRegions = asked.filters.contains("region") || asked.filters.contains("data_center");
            boolean byCountry = RANDOM.nextBoolean();
            boolean byRegion = isOfRegions && RANDOM.nextBoolean();
            String path = "/v1/campaigns/c3/series?step=" + step.label()
                    + "&by=creative" + (byCountry ? ",country" : "") + (byRegion ? ",region,data_center" : "") + "&"
                    + asked.query();
            Map<String, Counts> expected = new LinkedHashMap<>();
            for (Row row : WRITTEN.rows()) {
                if (asked.where.test(row.key())
                        && row.key().get(Dimension.CAMPAIGN).equals("c3")) {
                    String name = step.floor(Instant.ofEpochMilli(row.key().time())) + " "
                            + row.key().get(Dimension.CREATIVE) + " "
                            + (byCountry ? row.key().get(Dimension.COUNTRY) + " " : "")
                            + (byRegion
                                    ? row.key().get(Dimension.REGION)
                                            + row.key().get(Dimension.DATA_CENTER) + " "
                                    : "")
                            + row.key().get(Dimension.CURRENCY);
                    expected.computeIfAbsent(name, absent -> new Counts()).add(row.counts());
                }
            }
            Map<String, Counts> found = new LinkedHashMap<>();
            for (JsonNode row : client.get(200, path).path("rows")) {
                found.put(
                        row.path("time").asText() + " " + row.path("creative").asText() + " "
                                + (byCountry ? row.path("country").asText() + " " : "")
                                + (byRegion
                                        ? row.path("region").asText()
                                                + row.path("data_center").asText() + " "
                                        : "")
                                + row.path("currency").asText(),
                        RandomStatistics.counts(row));
            }

            assertThat(found).as(path).isEqualTo(expected);
        }
    }

    private record Where(String filter, Predicate<StatisticsKey> holds) {
        static final List<Where> ANY = List.of(
                new Where("", key -> true),
                new Where(
                        "&filter=country:US", key -> key.get(Dimension.COUNTRY).equals("US")),
                new Where(
                        "&filter=device:phone", key -> key.get(Dimension.DEVICE).equals("phone")),
                new Where(
                        "&filter=browser:b1&filter=operating_system:iOS",
                        key -> key.get(Dimension.BROWSER).equals("b1")
                                && key.get(Dimension.OPERATING_SYSTEM).equals("iOS")),
                new Where("&filter=exchange:x1", key -> key.get(Dimension.EXCHANGE)
                        .equals("x1")),
                new Where("&filter=data_center:us-west", key -> key.get(Dimension.DATA_CENTER)
                        .equals("us-west")),
                new Where(
                        "&filter=region:1&filter=country:DE",
                        key -> key.get(Dimension.REGION).equals("1")
                                && key.get(Dimension.COUNTRY).equals("DE")));
    }

    @Test
    void theMostPopularAdsAreThoseOfTheLargestSums() throws Exception {
        for (int i = 0; i < 40; i++) {
            Where where = Where.ANY.get(RANDOM.nextInt(Where.ANY.size()));
            int window = 1 + RANDOM.nextInt(where.filter.isEmpty() ? 300 : 60);
            Instant until = BEGIN.plus(Duration.ofMinutes(MINUTES - RANDOM.nextInt(20)));
            Instant from = until.minus(Duration.ofMinutes(window));
            String path = "/v1/ads/popular_ads?count=3&metric=impressions&window=" + window + "&until=" + until
                    + where.filter;
            Map<String, Long> sums = new LinkedHashMap<>();
            for (Row row : WRITTEN.rows()) {
                if (row.key().time() >= from.toEpochMilli()
                        && row.key().time() < until.toEpochMilli()
                        && where.holds.test(row.key())) {
                    sums.merge(row.key().get(Dimension.CREATIVE), row.counts().impressions, Long::sum);
                }
            }
            List<String> expected = sums.entrySet().stream()
                    .sorted(Map.Entry.<String, Long>comparingByValue()
                            .reversed()
                            .thenComparing(Map.Entry.comparingByKey()))
                    .limit(3)
                    .map(Object::toString)
                    .toList();
            List<String> found = new ArrayList<>();
            client.get(200, path)
                    .path("ads")
                    .forEach(ad -> found.add(
                            ad.path("ad").asText() + "=" + ad.path("count").asLong()));

            assertThat(found).as(path).isEqualTo(expected);
        }
    }

    @Test
    void downloadsHoldTheSameFiguresAndRatesAreExactDecimals() throws Exception {
        String path = "/v1/campaigns/c1/series?step=hour&by=device&from=2026-01-31T00:00:00Z&to=2026-02-01T00:00:00Z";
        JsonNode rows = client.get(200, path).path("rows");
        assertThat(rows.size()).isGreaterThan(20);
        JsonNode first = rows.get(0);
        BigDecimal clicks = first.path("clicks").decimalValue();
        BigDecimal impressions = first.path("impressions").decimalValue();
        BigDecimal ctr = first.path("ctr").decimalValue();
        assertThat(ctr.multiply(impressions).subtract(clicks).abs()).isLessThanOrEqualTo(impressions.movePointLeft(6));

        HttpResponse<String> csv = client.send("GET", path + "&format=csv", null);
        List<String> lines = csv.body().lines().toList();
        assertThat(csv.headers().firstValue("Lightflow-Watermark")).contains(WATERMARK.toString());
        assertThat(csv.headers().firstValue("Lightflow-Complete")).contains("true");
        assertThat(lines).hasSize(rows.size() + 1);
        assertThat(lines.get(0)).startsWith("time,device,currency,impressions,clicks,");
        assertThat(lines.get(1))
                .startsWith(
                        first.path("time").asText() + "," + first.path("device").asText() + ",USD,"
                                + first.path("impressions").asText() + ",");

        HttpRequest request = HttpRequest.newBuilder(URI.create(server.url() + path + "&format=arrow"))
                .header("Authorization", "Bearer " + ALL)
                .build();
        byte[] arrow = HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofByteArray())
                .body();
        try (RootAllocator memory = new RootAllocator();
                ArrowStreamReader reader = new ArrowStreamReader(new ByteArrayInputStream(arrow), memory)) {
            assertThat(reader.loadNextBatch()).isTrue();
            VectorSchemaRoot table = reader.getVectorSchemaRoot();
            assertThat(table.getRowCount()).isEqualTo(rows.size());
            for (int i = 0; i < rows.size(); i++) {
                JsonNode row = rows.get(i);
                assertThat(table.getVector("device").getObject(i).toString())
                        .isEqualTo(row.path("device").asText());
                assertThat(((BigIntVector) table.getVector("spend_micros")).get(i))
                        .isEqualTo(row.path("spend_micros").asLong());
                BigDecimal rate = ((DecimalVector) table.getVector("cvr")).getObject(i);
                assertThat(rate == null ? "null" : rate.toPlainString())
                        .isEqualTo(
                                row.path("cvr").isNull()
                                        ? "null"
                                        : row.path("cvr")
                                                .decimalValue()
                                                .setScale(6)
                                                .toPlainString());
            }
            assertThat(reader.loadNextBatch()).isFalse();
        }
    }

    @Test
    void anAdvertiserSeesNoOthersFigures() throws Exception {
        String window = "from=2026-01-30T00:00:00Z&to=2026-02-04T00:00:00Z";
        assertThat(client.get(200, "/v1/ads/r1/aggregated_count?" + window)
                        .path("count")
                        .asLong())
                .isPositive();
        assertThat(scoped.get(200, "/v1/ads/r1/aggregated_count?" + window)
                        .path("count")
                        .asLong())
                .isZero();
        assertThat(scoped.get(200, "/v1/ads/r2/aggregated_count?" + window)
                        .path("count")
                        .asLong())
                .isPositive();
        assertThat(scoped.get(200, "/v1/campaigns/c1/series?" + window).path("rows"))
                .isEmpty();
        for (JsonNode ad : scoped.get(200, "/v1/ads/popular_ads?window=300&until=2026-02-04T00:00:00Z")
                .path("ads")) {
            assertThat(ad.path("advertiser").asText()).isEqualTo("a0");
        }
        scoped.get(403, "/v1/ads/popular_ads?filter=advertiser:a1");
        new TestClient(server.url(), null).get(401, "/v1/ads/popular_ads");
    }

    @Test
    void whatIsWrongIsNamedWithWhatIsAllowed() throws Exception {
        String hour = "from=2026-01-30T00:00:00Z&to=2026-01-30T01:00:00Z";
        wrong("/v1/ads/r/aggregated_count?to=2026-01-30T01:00:00Z", "from", "a time with its offset");
        wrong("/v1/ads/r/aggregated_count?from=yesterday&to=2026-01-30T01:00:00Z", "from", "a time with its offset");
        wrong("/v1/ads/r/aggregated_count?from=2026-01-30T00:00:01Z&to=2026-01-30T01:00:00Z", "from", "whole minute");
        wrong("/v1/ads/r/aggregated_count?from=2026-01-30T01:00:00Z&to=2026-01-30T01:00:00Z", "to", "after from");
        wrong(
                "/v1/ads/r/aggregated_count?from=2016-01-30T01:00:00Z&to=2026-01-30T01:00:00Z",
                "to",
                "at most 1100 days");
        wrong("/v1/ads/r/aggregated_count?metric=money&" + hour, "metric", "one of impressions, clicks");
        wrong(
                "/v1/ads/r/aggregated_count?filter=region:BE&filter=device:phone&" + hour,
                "filter",
                "of no others than " + CubeChoice.together());
        wrong("/v1/campaigns/c/series?by=data_center&filter=exchange:x&" + hour, "filter", "no table has all of them");
        wrong("/v1/ads/r/aggregated_count?filter=country&" + hour, "filter", "a dimension, a colon and a value");
        wrong("/v1/ads/r/aggregated_count?filter=time;DROP:x&" + hour, "filter", "the dimensions are campaign");
        wrong("/v1/ads/popular_ads?window=361", "window", "from 1 to 360");
        wrong("/v1/ads/popular_ads?window=61&filter=country:DE", "window", "from 1 to 60");
        wrong("/v1/ads/popular_ads?count=0", "count", "from 1 to 1000");
        wrong("/v1/ads/popular_ads?minutes=5", "minutes", "omitted");
        wrong("/v1/campaigns/c/series?step=week&" + hour, "step", "one of minute, hour, day");
        wrong("/v1/campaigns/c/series?by=city&" + hour, "by", "names with commas");
        wrong("/v1/campaigns/c/series?format=xml&" + hour, "format", "one of json, csv, arrow");
        wrong(
                "/v1/campaigns/c/series?step=minute&from=2026-01-30T00:00:00Z&to=2026-02-01T00:00:00Z",
                "to",
                "at most 1 days");
        assertThat(client.get(200, "/v1/ads/'%20OR%20true--/aggregated_count?filter=country:'&" + hour)
                        .path("count")
                        .asLong())
                .isZero();
    }

    private static void wrong(String path, String parameter, String allowed) throws Exception {
        JsonNode problem = client.get(400, path.replace(";", "%3B"));
        assertThat(problem.at("/errors/0/parameter").asText()).as(path).isEqualTo(parameter);
        assertThat(problem.at("/errors/0/allowed").asText()).as(path).contains(allowed);
    }

    @Test
    void theDescriptionNamesEveryDimension() throws Exception {
        JsonNode description = client.get(200, "/openapi.json");
        String filter = description
                .at("/components/parameters/Filter/schema/items/pattern")
                .asText();
        JsonNode by = StreamSupport.stream(
                        description
                                .at("/paths/~1v1~1campaigns~1{id}~1series/get/parameters")
                                .spliterator(),
                        false)
                .filter(parameter -> parameter.path("name").asText().equals("by"))
                .findFirst()
                .orElseThrow()
                .at("/schema/items/enum");

        for (Dimension dimension : Dimension.all()) {
            assertThat(dimension.column() + ":x").containsPattern(filter);
        }
        assertThat(by).hasSize(Dimension.all().size() - 2);
        assertThat(description.toString()).doesNotContain("${");
    }

    @Test
    void onlyThePartitionsOfTheWindowAreOpened() throws Exception {
        Window window = new Window(Instant.parse("2026-01-31T23:30:00Z"), Instant.parse("2026-02-02T00:30:00Z"));
        StringBuilder plans = new StringBuilder();
        try (Connection connection = DATABASE.connect()) {
            StatisticsQuery query = new StatisticsQuery(connection)
                    .append("EXPLAIN ")
                    .rows(
                            any -> "clicks",
                            window,
                            window.pieces(List.of(Grain.MINUTE, Grain.HOUR, Grain.DAY)),
                            StatisticsCube.PLACES,
                            new Filter(Map.of()));
            try (PreparedStatement statement = connection.prepareStatement(query.sql())) {
                for (int i = 0; i < query.parameters().length; i++) {
                    statement.setObject(i + 1, query.parameters()[i]);
                }
                try (ResultSet lines = statement.executeQuery()) {
                    while (lines.next()) {
                        plans.append(lines.getString(1)).append('\n');
                    }
                }
            }
        }
        assertThat(plans)
                .contains("stats_minute_data_20260131", "stats_day_data_2026", "stats_minute_data_20260202")
                .doesNotContain(
                        "stats_minute_data_20260130",
                        "stats_minute_data_20260201",
                        "stats_minute_data_20260203",
                        "stats_hour");
    }
}
