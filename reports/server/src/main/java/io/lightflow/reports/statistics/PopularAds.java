package io.lightflow.reports.statistics;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.javalin.http.Context;
import io.lightflow.reports.http.Caller;
import io.lightflow.reports.http.Parameters;
import io.lightflow.reports.http.ProblemException;
import io.lightflow.reports.statistics.Snapshot.AsOf;
import io.lightflow.reports.statistics.Window.Piece;
import io.lightflow.service.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/** {@code /v1/ads/popular_ads}: the ads with the most of something in the last minutes. */
final class PopularAds {
    private static final int MOST_ADS = 1_000;
    private static final int MOST_MINUTES = 360;
    private static final int MOST_MINUTES_OF_FILTERED = 60;

    private final Sql replica;
    private final InstantSource clock;

    PopularAds(Sql replica, InstantSource clock) {
        this.replica = replica;
        this.clock = clock;
    }

    record Answer(String metric, Instant from, Instant to, List<Ad> ads, AsOf asOf) {}

    /** @param currency of money; null for counts */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Ad(String ad, String campaign, String advertiser, String currency, long count) {}

    Answer answer(Context context) {
        Parameters parameters = Parameters.of(context, "count", "window", "until", "filter", "metric");
        int count = parameters.number("count", 1, MOST_ADS, 100);
        Measure measure =
                Measure.named(parameters.oneOf("metric", Measure.NAMES).orElse("clicks"));
        Filter filter = Filter.of(parameters, Caller.of(context));
        int minutes = parameters.number("window", 1, MOST_MINUTES, 10);
        List<Cube> cubes = Cube.telling(filter.dimensions());
        boolean isOfCreatives = cubes.contains(Cube.CREATIVES);
        if (!isOfCreatives && minutes > MOST_MINUTES_OF_FILTERED) {
            throw ProblemException.parameter(
                    "window",
                    Integer.toString(minutes),
                    "a whole number from 1 to " + MOST_MINUTES_OF_FILTERED
                            + " with a filter by anything but campaign, creative, advertiser and currency");
        }
        Instant until = Grain.MINUTE.ceiling(parameters.time("until").orElseGet(clock::instant));
        Window window = new Window(until.minus(Duration.ofMinutes(minutes)), until);
        List<Piece> pieces =
                window.pieces(isOfCreatives ? List.of(Grain.MINUTE, Grain.TEN_MINUTES) : List.of(Grain.MINUTE));
        return Snapshot.ask(replica, "find the most popular ads", (connection, snapshot) -> {
            Cube cube = snapshot.complete(window, pieces, cubes);
            return new Answer(
                    measure.column(),
                    window.from(),
                    window.to(),
                    ads(connection, pieces, cube, filter, measure, count),
                    snapshot.asOf(window));
        });
    }

    private static List<Ad> ads(
            Connection connection, List<Piece> pieces, Cube cube, Filter filter, Measure measure, int count)
            throws SQLException {
        String ad = "creative, campaign, advertiser" + (measure.isMoney() ? ", currency" : "");
        Question question = new Question(connection).say("SELECT " + ad + ", sum(amount)::bigint AS amounts FROM (");
        for (int i = 0; i < pieces.size(); i++) {
            question.say(i == 0 ? "" : " UNION ALL ");
            if (cube == Cube.GEO) {
                // Summed up by numbers first, which is twice as fast.
                question.say("SELECT " + ad + ", amount FROM (")
                        .rowsOfNumbers("ad, sum(" + measure.column() + ") AS amount", pieces.get(i), filter)
                        .say(" GROUP BY ad) AS sums JOIN stats_ad_key ON id = ad");
            } else {
                question.rows(ad + ", " + measure.column() + " AS amount", pieces.get(i), cube, filter);
            }
        }
        question.say(") AS parts GROUP BY " + ad + " HAVING sum(amount) > 0 ORDER BY amounts DESC, " + ad + " LIMIT ")
                .value(count);
        return Snapshot.all(
                connection,
                question,
                found -> new Ad(
                        found.getString(1),
                        found.getString(2),
                        found.getString(3),
                        measure.isMoney() ? found.getString(4) : null,
                        found.getLong("amounts")));
    }
}
