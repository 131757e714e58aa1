package io.lightflow.statistics;

import java.util.Comparator;

/**
 * What a statistics row is about.
 *
 * @param time start of the minute, hour or day, ms since the Unix epoch, UTC
 * @param currency ISO 4217 code of the row's money; part of the key so that currencies are never added up; empty if no
 *     event of the row had a price
 */
public record StatisticsKey(
        long time,
        String campaignId,
        String creativeId,
        String advertiserId,
        String exchange,
        String publisher,
        String country,
        String device,
        String currency)
        implements Comparable<StatisticsKey> {

    private static final Comparator<StatisticsKey> ORDER = Comparator.comparingLong(StatisticsKey::time)
            .thenComparing(StatisticsKey::campaignId)
            .thenComparing(StatisticsKey::creativeId)
            .thenComparing(StatisticsKey::advertiserId)
            .thenComparing(StatisticsKey::exchange)
            .thenComparing(StatisticsKey::publisher)
            .thenComparing(StatisticsKey::country)
            .thenComparing(StatisticsKey::device)
            .thenComparing(StatisticsKey::currency);

    /** The order in which rows are written, the same for everybody, so that two writers cannot deadlock. */
    @Override
    public int compareTo(StatisticsKey other) {
        return ORDER.compare(this, other);
    }

    /** As a record's own, without its detour over method handles: every counted event finds its row by this. */
    @Override
    public boolean equals(Object other) {
        return other instanceof StatisticsKey key
                && time == key.time
                && creativeId.equals(key.creativeId)
                && publisher.equals(key.publisher)
                && country.equals(key.country)
                && device.equals(key.device)
                && exchange.equals(key.exchange)
                && campaignId.equals(key.campaignId)
                && advertiserId.equals(key.advertiserId)
                && currency.equals(key.currency);
    }

    @Override
    public int hashCode() {
        int hash = Long.hashCode(time);
        hash = 31 * hash + campaignId.hashCode();
        hash = 31 * hash + creativeId.hashCode();
        hash = 31 * hash + advertiserId.hashCode();
        hash = 31 * hash + exchange.hashCode();
        hash = 31 * hash + publisher.hashCode();
        hash = 31 * hash + country.hashCode();
        hash = 31 * hash + device.hashCode();
        return 31 * hash + currency.hashCode();
    }

    /** The same row's key in a coarser table. */
    public StatisticsKey at(long coarserTime) {
        return new StatisticsKey(
                coarserTime, campaignId, creativeId, advertiserId, exchange, publisher, country, device, currency);
    }
}
