package io.lightflow.topology.certificate;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;

/**
 * Whether every event of an hour is where it belongs.
 *
 * @param group the group
 * @param hour its beginning; an hour is one of event time, UTC
 * @param made when the hour was counted
 * @param frontsCounted data centers whose front clusters were counted
 * @param frontsNotCounted data centers whose front clusters are not in the settings
 * @param shards by rising number
 * @param postgres null if only one shard was counted, since a row is the sum of all shards
 */
record Certificate(
        String group,
        Instant hour,
        Instant made,
        List<String> frontsCounted,
        List<String> frontsNotCounted,
        List<ShardCertificate> shards,
        RowsCertificate postgres) {

    @JsonProperty
    boolean complete() {
        return differenceCount() == 0;
    }

    @JsonProperty
    long differenceCount() {
        long count = postgres == null ? 0 : postgres.differenceCount();
        for (ShardCertificate shard : shards) {
            count += shard.differenceCount();
        }
        return count;
    }
}
