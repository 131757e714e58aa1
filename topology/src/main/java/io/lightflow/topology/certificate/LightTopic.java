package io.lightflow.topology.certificate;

import io.lightflow.event.EventType;

/**
 * The part of a light topic of the central cluster that may hold a shard's events of an hour.
 *
 * @param name of the topic
 * @param dc its data center
 * @param type type of its events
 * @param incarnation the topic's present incarnation
 * @param begin oldest offset that still exists
 * @param from first offset that is read
 * @param to offset after the last one that is read: the join's position
 */
record LightTopic(String name, String dc, EventType type, int incarnation, long begin, long from, long to) {}
