package io.lightflow.topology.certificate;

import java.time.Instant;
import java.util.List;

/**
 * The result of an hour in one shard.
 *
 * @param shard its number
 * @param watermark of the join when the hour was counted
 * @param events by type and category
 * @param differenceCount how many differences there are
 * @param differences the first hundred of them
 * @param positions the offsets between which the events were counted
 */
record ShardCertificate(
        int shard,
        Instant watermark,
        EventTally events,
        long differenceCount,
        List<Difference> differences,
        List<OffsetRange> positions) {}
