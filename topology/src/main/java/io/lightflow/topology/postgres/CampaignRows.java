package io.lightflow.topology.postgres;

import io.lightflow.database.StorableString;
import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Dimension;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsKey;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A commit's additions to the sums by campaign, in the order that every writer keeps. */
final class CampaignRows {
    /** A day begins on a quarter of an hour in every time zone. */
    private static final int QUARTER_MINUTES = 15;

    private static final int HOUR_MINUTES = 60;
    private static final long QUARTER_MS = QUARTER_MINUTES * Statistics.MINUTE_MS;

    /** A campaign's money in one currency; its counts, where events of it had no price, under the empty one. */
    record Account(String campaign, String currency) implements Comparable<Account> {
        private static final Comparator<Account> ORDER =
                Comparator.comparing(Account::campaign).thenComparing(Account::currency);

        @Override
        public int compareTo(Account other) {
            return ORDER.compare(this, other);
        }
    }

    /**
     * A quarter of an hour, or an hour.
     *
     * @param time its beginning, ms since the Unix epoch
     */
    record SpendPeriod(Account account, int minutes, long time) implements Comparable<SpendPeriod> {
        private static final Comparator<SpendPeriod> ORDER = Comparator.comparing(SpendPeriod::account)
                .thenComparingInt(SpendPeriod::minutes)
                .thenComparingLong(SpendPeriod::time);

        @Override
        public int compareTo(SpendPeriod other) {
            return ORDER.compare(this, other);
        }
    }

    /** Mutable. Money that does not fit into 64 bits stays at the greatest number, which is more than any budget. */
    static final class Sums {
        long impressions;
        long clicks;
        long spendMicros;

        private void add(Counts counts) {
            add(counts.impressions, counts.clicks, counts.spendCarry == 0 ? counts.spendMicros : Long.MAX_VALUE);
        }

        private void add(long moreImpressions, long moreClicks, long moreMicros) {
            impressions += moreImpressions;
            clicks += moreClicks;
            spendMicros = saturatedSum(spendMicros, moreMicros);
        }
    }

    private static long saturatedSum(long one, long other) {
        long sum = one + other;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }

    final SortedMap<Account, Sums> totals = new TreeMap<>();

    /** Spend in micros; those without any are left out. */
    final SortedMap<SpendPeriod, Long> spend = new TreeMap<>();

    private CampaignRows() {}

    /** Maps in maps, by strings whose hashes are known from their keys: this looks at every minute row of a commit. */
    static CampaignRows of(Statistics statistics) {
        Map<String, Map<String, Map<Long, Sums>>> sums = new HashMap<>();
        for (Map.Entry<StatisticsKey, Counts> row : statistics.minutes().entrySet()) {
            StatisticsKey key = row.getKey();
            sums.computeIfAbsent(key.get(Dimension.CAMPAIGN), absent -> new HashMap<>())
                    .computeIfAbsent(key.get(Dimension.CURRENCY), absent -> new HashMap<>())
                    .computeIfAbsent(Math.floorDiv(key.time(), QUARTER_MS) * QUARTER_MS, absent -> new Sums())
                    .add(row.getValue());
        }
        CampaignRows rows = new CampaignRows();
        sums.forEach((campaign, currencies) -> currencies.forEach((currency, quarters) ->
                rows.add(new Account(StorableString.of(campaign), StorableString.of(currency)), quarters)));
        return rows;
    }

    private void add(Account account, Map<Long, Sums> added) {
        Sums total = totals.computeIfAbsent(account, absent -> new Sums());
        added.forEach((time, sums) -> {
            total.add(sums.impressions, sums.clicks, sums.spendMicros);
            if (sums.spendMicros != 0) {
                long hour = Math.floorDiv(time, Statistics.HOUR_MS) * Statistics.HOUR_MS;
                spend.merge(
                        new SpendPeriod(account, QUARTER_MINUTES, time), sums.spendMicros, CampaignRows::saturatedSum);
                spend.merge(new SpendPeriod(account, HOUR_MINUTES, hour), sums.spendMicros, CampaignRows::saturatedSum);
            }
        });
    }
}
