package io.lightflow.topology.certificate;

import java.time.Instant;
import java.util.List;

/**
 * What was found of an hour in one shard.
 *
 * @param shard its number
 * @param watermark of the join when the hour was counted
 * @param events by type and column
 * @param differenceCount how many differences there are
 * @param differences the first hundred of them
 * @param positions between which was counted
 */
record ShardCertificate(
        int shard,
        Instant watermark,
        Tally events,
        long differenceCount,
        List<Difference> differences,
        List<Range> positions) {}
