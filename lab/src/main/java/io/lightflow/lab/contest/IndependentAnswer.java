package io.lightflow.lab.contest;

import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.Impression;
import io.lightflow.lab.contest.OutputDigest.Kind;
import io.lightflow.lab.feed.Feed;
import io.lightflow.lab.feed.FeedEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The expected results of a feed, computed in memory. It shares no code with any contestant. It relies on what holds
 * for the feed of the bench: the events of a join key lie within all windows, and every clicked impression exists.
 */
final class IndependentAnswer {
    private static final Comparator<JoinedClick> BY_TIME = Comparator.<JoinedClick>comparingLong(
                    joined -> joined.click().getTime())
            .thenComparing(joined -> joined.click().getId());

    private record Keyed<T>(String joinKey, T event) {}

    private record JoinedClick(Click click, Impression impression) {}

    private final OutputDigest outputs = new OutputDigest();
    private final StatisticsDigest statistics = new StatisticsDigest();
    private final OutcomeFingerprints fingerprints = new OutcomeFingerprints();
    private final Map<String, Keyed<Click>> clicks = new HashMap<>();
    private final Map<String, Keyed<Conversion>> conversions = new HashMap<>();
    private final Set<String> clickedIds = new HashSet<>();
    private final Map<String, Impression> clicked = new HashMap<>();
    private final Map<String, List<JoinedClick>> clicksByKey = new HashMap<>();
    /** Counts by the fingerprint of a minute row's key. */
    private final Map<Long, long[]> rows = new HashMap<>();

    private IndependentAnswer() {}

    /** @param feeds returns the same events every time; it is read twice, since only clicked impressions are kept */
    static IndependentAnswer of(Supplier<Feed> feeds) {
        IndependentAnswer answer = new IndependentAnswer();
        try (Feed feed = feeds.get()) {
            answer.readClicksAndConversions(feed);
        }
        try (Feed feed = feeds.get()) {
            answer.readImpressions(feed);
        }
        answer.joinClicks();
        answer.attributeConversions();
        answer.rows.forEach(answer.statistics::add);
        answer.rows.clear();
        return answer;
    }

    private void readClicksAndConversions(Feed feed) {
        while (feed.hasNext()) {
            FeedEvent event = feed.next();
            if (event.event() instanceof Click click) {
                clicks.putIfAbsent(click.getId(), new Keyed<>(event.key(), click));
                clickedIds.add(click.getImpressionId());
            } else if (event.event() instanceof Conversion conversion) {
                conversions.putIfAbsent(conversion.getId(), new Keyed<>(event.key(), conversion));
            }
        }
    }

    private void readImpressions(Feed feed) {
        Set<Long> seen = new HashSet<>();
        while (feed.hasNext()) {
            FeedEvent event = feed.next();
            if (event.event() instanceof Impression impression && seen.add(idFingerprint(impression.getId()))) {
                outputs.add(Kind.IMPRESSION, fingerprints.impression(bytes(event.key()), impression));
                long[] row = row(impression.getTime(), impression);
                row[0]++;
                row[3] += impression.getPriceMicros();
                if (clickedIds.contains(impression.getId())) {
                    clicked.put(impression.getId(), impression);
                }
            }
        }
    }

    private void joinClicks() {
        for (Keyed<Click> keyed : clicks.values()) {
            Click click = keyed.event();
            Impression impression = clicked.get(click.getImpressionId());
            if (impression == null) {
                throw new IllegalStateException(
                        "click " + click.getId() + ": expected its impression in the feed, found none");
            }
            clicksByKey
                    .computeIfAbsent(keyed.joinKey(), key -> new ArrayList<>())
                    .add(new JoinedClick(click, impression));
            outputs.add(Kind.CLICK, fingerprints.click(bytes(keyed.joinKey()), click, impression));
            long[] row = row(click.getTime(), impression);
            row[1]++;
            row[3] += click.getPriceMicros();
        }
    }

    private void attributeConversions() {
        for (Keyed<Conversion> keyed : conversions.values()) {
            Conversion conversion = keyed.event();
            JoinedClick winner = clicksByKey.getOrDefault(keyed.joinKey(), List.of()).stream()
                    .filter(joined -> joined.click().getTime() <= conversion.getTime())
                    .filter(joined -> isNamed(joined.click(), conversion))
                    .max(BY_TIME)
                    .orElse(null);
            outputs.add(
                    Kind.CONVERSION,
                    fingerprints.conversion(
                            bytes(keyed.joinKey()),
                            conversion,
                            winner == null ? null : winner.click(),
                            winner == null ? null : winner.impression()));
            if (winner != null) {
                long[] row = row(conversion.getTime(), winner.impression());
                row[2]++;
                row[4] += conversion.getRevenueMicros();
            }
        }
    }

    private static boolean isNamed(Click click, Conversion conversion) {
        if (conversion.getClickId() != null) {
            return conversion.getClickId().equals(click.getId());
        }
        return conversion.getImpressionId() != null
                ? conversion.getImpressionId().equals(click.getImpressionId())
                : conversion.getAdvertiserId().equals(click.getAdvertiserId());
    }

    private long[] row(long timeMs, Impression impression) {
        long key = RowFingerprints.of(
                RowFingerprints.minute(timeMs),
                impression.getCampaignId(),
                impression.getCreativeId(),
                impression.getExchange(),
                impression.getPublisher(),
                impression.getCountry(),
                impression.getDevice());
        return rows.computeIfAbsent(key, absent -> new long[StatisticsDigest.COUNTS]);
    }

    private static long idFingerprint(String id) {
        return new Fingerprint().add(bytes(id)).value();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    OutputDigest outputs() {
        return outputs;
    }

    StatisticsDigest statistics() {
        return statistics;
    }
}
