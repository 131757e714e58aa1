package io.lightflow.topology.certificate;

/**
 * Positions between which a topic-partition was counted.
 *
 * @param cluster {@code central}, or the data center of a front cluster
 * @param topic name of the topic there
 * @param partition the shard
 * @param from first offset that was read; before it there is no record that could be of the hour
 * @param to offset after the last one that was read
 */
record OffsetRange(String cluster, String topic, int partition, long from, long to) {}
