package io.lightflow.deploy.local;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/** What people, pages and programs ask for, mixed at random and at a steady rate. */
final class ReportsBenchRequests {
    private static final int CONNECTIONS = 16;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double LEAST_SHARE_OF_RATE = 0.99;

    /** A kind of request, and how many of 100 are of it. */
    private enum Kind {
        AD_HOURS("aggregated_count", 20, "an ad's clicks, last hours, to the minute"),
        AD_DAYS("aggregated_count", 15, "an ad's clicks, last days, to the minute"),
        AD_COUNTRY("aggregated_count", 8, "an ad's clicks, last days, in one country"),
        AD_REGION("aggregated_count", 7, "an ad's clicks, last days, in one region of one data center"),
        POPULAR("popular_ads", 6, "100 ads, last 10 minutes"),
        POPULAR_HOUR("popular_ads", 2, "100 ads, last 60 minutes"),
        POPULAR_COUNTRY("popular_ads", 2, "100 ads, last 10 minutes, in one country"),
        POPULAR_REGION("popular_ads", 2, "100 ads, last 10 minutes, in one region"),
        POPULAR_DATA_CENTER("popular_ads", 2, "100 ads, last 10 minutes, of one data center"),
        POPULAR_DEVICE("popular_ads", 2, "100 ads, last 10 minutes, on one device"),
        POPULAR_EXCHANGE("popular_ads", 2, "100 ads, last hour, of one exchange"),
        POPULAR_PUBLISHER("popular_ads", 2, "100 ads, last hour, of one publisher"),
        SERIES_MINUTES("series", 10, "a campaign, last hour by the minute"),
        SERIES_COUNTRIES("series", 3, "a campaign, last half hour by minute and country"),
        SERIES_REGIONS("series", 2, "a campaign, last half hour by minute, region and data center"),
        SERIES_HOURS("series", 10, "a campaign, last days by hour and ad"),
        SERIES_DAYS("series", 5, "a campaign, all days by day and country");

        private final String route;
        private final int percent;
        private final String words;

        Kind(String route, int percent, String words) {
            this.route = route;
            this.percent = percent;
            this.words = words;
        }

        static Kind draw(Random random) {
            int drawn = random.nextInt(100);
            for (Kind kind : values()) {
                drawn -= kind.percent;
                if (drawn < 0) {
                    return kind;
                }
            }
            throw new IllegalStateException("the kinds of requests must add up to 100");
        }
    }

    /** @param nanos from when it was due: waiting for an earlier one counts */
    record Answered(Kind kind, long nanos) {}

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Random random = new Random(4);
    private final URI server;
    private final Instant filledTo;
    private final Duration span;
    private final long begun = System.nanoTime();

    /** @param filledTo where the tables ended when the writer began */
    ReportsBenchRequests(URI server, Instant filledTo, Duration span) {
        this.server = server;
        this.filledTo = filledTo;
        this.span = span;
    }

    List<Answered> run(int rate, int seconds) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS);
        try {
            List<Future<Answered>> answers = new ArrayList<>();
            long first = System.nanoTime();
            for (int i = 0; i < rate * seconds; i++) {
                long due = first + (long) (i * NANOS_PER_SECOND / rate);
                for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                    LockSupport.parkNanos(wait);
                }
                Kind kind = Kind.draw(random);
                HttpRequest request = HttpRequest.newBuilder(URI.create(server + path(kind)))
                        .timeout(Duration.ofSeconds(30))
                        .build();
                answers.add(threads.submit(() -> {
                    ask(request);
                    return new Answered(kind, System.nanoTime() - due);
                }));
            }
            List<Answered> all = new ArrayList<>();
            for (Future<Answered> answer : answers) {
                all.add(answer.get());
            }
            return all;
        } finally {
            threads.shutdownNow();
        }
    }

    private void ask(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200 || !response.body().contains("\"as_of\"")) {
            throw new IllegalStateException(request.uri() + " was answered with " + response.statusCode() + ": "
                    + response.body().substring(0, Math.min(500, response.body().length())));
        }
    }

    private String oneOf(List<String> values) {
        return values.get(random.nextInt(values.size()));
    }

    private String path(Kind kind) {
        Instant now = filledTo.plusNanos(System.nanoTime() - begun);
        Instant to = Instant.ofEpochSecond(now.getEpochSecond() / 60 * 60);
        String ad = "/v1/ads/creative-" + random.nextInt(ReportsBenchTables.ADS) + "/aggregated_count?";
        String campaign = "/v1/campaigns/campaign-" + random.nextInt(ReportsBenchTables.CAMPAIGNS) + "/series?";
        String country = "&filter=country:" + oneOf(ReportsBenchTables.COUNTRIES);
        String region = country + "&filter=region:region-" + random.nextInt(ReportsBenchTables.REGIONS_OF_A_COUNTRY);
        String dataCenter = "&filter=data_center:" + oneOf(ReportsBenchTables.DATA_CENTERS);
        String popular = "/v1/ads/popular_ads?count=100&until=" + now + "&window=";
        int minutes = (int) span.toMinutes();
        return switch (kind) {
            case AD_HOURS -> ad + window(to, 1 + random.nextInt(180));
            case AD_DAYS -> ad + window(to.minus(Duration.ofMinutes(random.nextInt(100))), minutes - 100);
            case AD_COUNTRY -> ad + window(to, minutes / 2 + random.nextInt(minutes / 2)) + country;
            case AD_REGION -> ad + window(to, minutes / 2 + random.nextInt(minutes / 2)) + region + dataCenter;
            case POPULAR -> popular + 10;
            case POPULAR_HOUR -> popular + 60;
            case POPULAR_COUNTRY -> popular + 10 + country;
            case POPULAR_REGION -> popular + 10 + region;
            case POPULAR_DATA_CENTER -> popular + 10 + dataCenter;
            case POPULAR_DEVICE -> popular + 10 + "&filter=device:" + oneOf(ReportsBenchTables.DEVICES);
            case POPULAR_EXCHANGE ->
                popular + 60 + "&filter=exchange:exchange-" + random.nextInt(ReportsBenchTables.EXCHANGES);
            case POPULAR_PUBLISHER ->
                popular + 60 + "&filter=publisher:publisher-" + random.nextInt(ReportsBenchTables.PUBLISHERS)
                        + ".example";
            case SERIES_MINUTES -> campaign + "step=minute&" + window(to, 60);
            case SERIES_COUNTRIES -> campaign + "step=minute&by=country&" + window(to, 30);
            case SERIES_REGIONS -> campaign + "step=minute&by=region,data_center&" + window(to, 30);
            case SERIES_HOURS -> campaign + "step=hour&by=creative&" + window(to, Math.min(minutes, 48 * 60));
            case SERIES_DAYS -> campaign + "step=day&by=country&" + window(to, minutes);
        };
    }

    private static String window(Instant to, int minutes) {
        return "from=" + to.minus(Duration.ofMinutes(minutes)) + "&to=" + to;
    }

    /** @return whether the rate was held and every route was fast enough */
    boolean report(List<Answered> answers, int rate, int seconds, double limitMillis) {
        Map<Kind, List<Double>> byKind = new EnumMap<>(Kind.class);
        Map<String, List<Double>> byRoute = new TreeMap<>();
        List<Double> all = new ArrayList<>();
        for (Answered answer : answers) {
            double millis = answer.nanos / NANOS_PER_MILLI;
            for (Collection<Double> of : List.of(
                    byKind.computeIfAbsent(answer.kind, first -> new ArrayList<>()),
                    byRoute.computeIfAbsent(answer.kind.route, first -> new ArrayList<>()),
                    all)) {
                of.add(millis);
            }
        }
        System.out.printf("%-52s %8s %8s %8s %8s%n", "", "requests", "p50", "p95", "p99");
        byKind.forEach((kind, millis) -> print("  " + kind.words, millis));
        boolean fast = true;
        for (Map.Entry<String, List<Double>> route : byRoute.entrySet()) {
            fast &= print(route.getKey(), route.getValue()) < limitMillis;
        }
        print("all, at " + rate + "/s", all);
        boolean held = answers.size() >= LEAST_SHARE_OF_RATE * rate * seconds;
        return fast && held;
    }

    private static double print(String name, List<Double> millis) {
        Collections.sort(millis);
        double p99 = at(millis, 0.99);
        System.out.printf(
                "%-52s %8d %5.1f ms %5.1f ms %5.1f ms%n", name, millis.size(), at(millis, 0.5), at(millis, 0.95), p99);
        return p99;
    }

    private static double at(List<Double> sorted, double share) {
        return sorted.get(Math.max(0, (int) Math.ceil(share * sorted.size()) - 1));
    }
}
