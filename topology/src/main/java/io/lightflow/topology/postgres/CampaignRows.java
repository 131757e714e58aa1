package io.lightflow.topology.postgres;

import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsKey;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a commit adds to the sums by campaign, in the order in which everybody writes. */
final class CampaignRows {
    /** A day begins on a quarter of an hour in every time zone. */
    private static final long QUARTER_MS = 15 * Statistics.MINUTE_MS;

    /** A campaign's money in one currency; its counts, where events of it had no price, under the empty one. */
    record Account(String campaign, String currency) implements Comparable<Account> {
        private static final Comparator<Account> ORDER =
                Comparator.comparing(Account::campaign).thenComparing(Account::currency);

        @Override
        public int compareTo(Account other) {
            return ORDER.compare(this, other);
        }
    }

    /** @param time beginning of the quarter of an hour, ms since the Unix epoch */
    record Quarter(Account account, long time) implements Comparable<Quarter> {
        private static final Comparator<Quarter> ORDER =
                Comparator.comparing(Quarter::account).thenComparingLong(Quarter::time);

        @Override
        public int compareTo(Quarter other) {
            return ORDER.compare(this, other);
        }
    }

    final SortedMap<Account, Counts> totals = new TreeMap<>();

    /** Spend in micros; those without any are left out. */
    final SortedMap<Quarter, Long> quarters = new TreeMap<>();

    private CampaignRows() {}

    /** @throws ArithmeticException if a sum does not fit into 64 bits */
    static CampaignRows of(Statistics statistics) {
        Map<Account, Map<Long, Counts>> sums = new HashMap<>();
        for (Map.Entry<StatisticsKey, Counts> row : statistics.minutes().entrySet()) {
            StatisticsKey key = row.getKey();
            sums.computeIfAbsent(new Account(key.campaignId(), key.currency()), absent -> new HashMap<>())
                    .computeIfAbsent(Math.floorDiv(key.time(), QUARTER_MS) * QUARTER_MS, absent -> new Counts())
                    .add(row.getValue());
        }
        CampaignRows rows = new CampaignRows();
        sums.forEach((account, quarters) ->
                rows.add(new Account(StorableText.of(account.campaign), StorableText.of(account.currency)), quarters));
        return rows;
    }

    private void add(Account account, Map<Long, Counts> added) {
        Counts total = totals.computeIfAbsent(account, absent -> new Counts());
        added.forEach((time, counts) -> {
            total.add(counts);
            if (counts.spendMicros != 0) {
                quarters.merge(new Quarter(account, time), counts.spendMicros, Math::addExact);
            }
        });
    }
}
