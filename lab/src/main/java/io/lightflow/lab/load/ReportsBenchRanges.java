package io.lightflow.lab.load;

import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.HdrHistogram.Histogram;

/** The requests of the pages Overview and Explore for 90 days of all campaigns, one after the other. */
final class ReportsBenchRanges {
    private static final int DAYS = 90;
    private static final int ROUNDS = 10;
    private static final long MAX_NANOS = 60_000_000_000L;

    /** A kind of request. */
    private enum Kind {
        TOTAL("all figures, 90 days", ""),
        CAMPAIGNS("the first 10 of 200 campaigns, 90 days", "&by=campaign&top=10"),
        CAMPAIGN_DAYS("the same by day", "&by=campaign&top=10&step=day"),
        CAMPAIGN_DAYS_OF_BERLIN(
                "the same in Berlin's time zone", "&by=campaign&top=10&step=day&time_zone=Europe/Berlin"),
        DAYS("all figures by day", "&step=day"),
        CREATIVES("the first 100 of 2,000 ads, 90 days", "&by=creative&top=100"),
        COUNTRIES("countries and devices, 90 days", "&by=country,device"),
        REGIONS("regions, 90 days", "&by=region&top=100");

        private final String words;
        private final String parameters;

        Kind(String words, String parameters) {
            this.words = words;
            this.parameters = parameters;
        }

        boolean needsHours() {
            return parameters.contains("time_zone");
        }
    }

    private ReportsBenchRanges() {}

    /**
     * Sends the requests, and prints their latencies.
     *
     * @param hours whether there are hours of all days
     * @return whether every one was faster than the limit
     */
    static boolean report(ReportsBenchRequests requests, Instant end, boolean hours, double limitMillis)
            throws IOException, InterruptedException {
        Instant from = end.truncatedTo(ChronoUnit.DAYS).minus(DAYS - 1, ChronoUnit.DAYS);
        boolean fast = true;
        for (Kind kind : Kind.values()) {
            if (kind.needsHours() && !hours) {
                continue;
            }
            Histogram nanos = new Histogram(MAX_NANOS, 3);
            for (int round = 0; round < ROUNDS; round++) {
                long begun = System.nanoTime();
                requests.get("/v1/explore?from=" + from + "&to=" + end + kind.parameters);
                nanos.recordValue(Math.min(MAX_NANOS, System.nanoTime() - begun));
            }
            fast &= ReportsBenchRequests.print("  " + kind.words, nanos) < limitMillis;
        }
        return fast;
    }
}
