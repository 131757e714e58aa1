package io.lightflow.lab.load;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/** A random mix of the requests of people, pages and programs at a constant rate. */
final class ReportsBenchRequests {
    private static final int CONNECTIONS = 16;

    /** A kind of request and its percentage. */
    enum Kind {
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

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Random random = new Random(4);
    private final URI server;
    private final Instant filledTo;
    private final Duration span;
    private final long begun = System.nanoTime();

    /** @param filledTo the end of the tables when the writer started */
    ReportsBenchRequests(URI server, Instant filledTo, Duration span) {
        this.server = server;
        this.filledTo = filledTo;
        this.span = span;
    }

    /** Runs at this number of requests per second. */
    PacedLoad<Kind> load(int rate, int seconds) {
        return new PacedLoad<>(LoadSchedule.of(rate, seconds), CONNECTIONS, () -> number -> ask());
    }

    private Kind ask() throws IOException, InterruptedException {
        Kind kind;
        String path;
        synchronized (random) {
            kind = Kind.draw(random);
            path = path(kind);
        }
        get(path);
        return kind;
    }

    /** Sends a request about statistics. */
    void get(String path) throws IOException, InterruptedException {
        URI uri = URI.create(server + path);
        HttpResponse<String> response = http.send(
                HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(30)).build(),
                HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200 || !response.body().contains("\"as_of\"")) {
            throw new IllegalStateException(uri + " failed with the status " + response.statusCode() + ": "
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

    /**
     * Prints the results.
     *
     * @return whether the rate was reached and every route was fast enough
     */
    static boolean report(LoadSchedule.Run<Kind> run, double limitMillis) {
        System.out.printf("%-52s %8s %8s %8s %8s%n", "", "requests", "p50", "p95", "p99");
        Map<String, Histogram> byRoute = new TreeMap<>();
        new TreeMap<>(run.nanos()).forEach((kind, nanos) -> {
            print("  " + kind.words, nanos);
            LoadSchedule.of(kind.route, byRoute).add(nanos);
        });
        boolean fast = true;
        for (Map.Entry<String, Histogram> route : byRoute.entrySet()) {
            fast &= print(route.getKey(), route.getValue()) < limitMillis;
        }
        print("all, at %.1f/s".formatted(run.perSecond()), run.all());
        if (!run.held()) {
            System.out.println("The rate was not reached");
        }
        return fast && run.held();
    }

    static double print(String name, Histogram nanos) {
        double p99 = LoadSchedule.millis(nanos, 99);
        System.out.printf(
                "%-52s %8d %5.1f ms %5.1f ms %5.1f ms%n",
                name, nanos.getTotalCount(), LoadSchedule.millis(nanos, 50), LoadSchedule.millis(nanos, 95), p99);
        return p99;
    }
}
