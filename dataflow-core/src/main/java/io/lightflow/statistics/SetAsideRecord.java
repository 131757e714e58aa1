package io.lightflow.statistics;

/**
 * A record of a joined topic that was not counted, with the place where it was read.
 *
 * @param shard partition of the topic
 */
public record SetAsideRecord(String topic, int incarnation, int shard, UncountableEvent event) {}
