package io.lightflow.topology.trace;

import java.time.Instant;

/**
 * Something that can still happen to an event.
 *
 * @param what happens
 * @param until event time until which it can happen; null if nothing limits it
 */
public record Pending(String what, Instant until) {}
