package io.lightflow.statistics;

import java.util.Comparator;

/**
 * What statistics can be told apart by. All but time and currency are those of the impression, also for its clicks and
 * conversions, so that rates are of one and the same traffic. A table of statistics leaves some out: they are empty in
 * its rows.
 *
 * @param time start of the minute, hour or day, ms since the Unix epoch, UTC
 * @param dataCenter where the impression was served, such as {@code us-west}
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
        String region,
        String device,
        String dataCenter,
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
            .thenComparing(StatisticsKey::currency)
            .thenComparing(StatisticsKey::region)
            .thenComparing(StatisticsKey::dataCenter);

    /** By time, then by campaign, creative and the other texts. */
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
                && region.equals(key.region)
                && dataCenter.equals(key.dataCenter)
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
        hash = 31 * hash + region.hashCode();
        hash = 31 * hash + device.hashCode();
        hash = 31 * hash + dataCenter.hashCode();
        return 31 * hash + currency.hashCode();
    }

    /** The same row's key in a coarser table. */
    public StatisticsKey at(long coarserTime) {
        return new StatisticsKey(
                coarserTime,
                campaignId,
                creativeId,
                advertiserId,
                exchange,
                publisher,
                country,
                region,
                device,
                dataCenter,
                currency);
    }

    /** The same row's key where data centers are not told apart. */
    public StatisticsKey withoutDataCenter() {
        return new StatisticsKey(
                time, campaignId, creativeId, advertiserId, exchange, publisher, country, region, device, "", currency);
    }
}
