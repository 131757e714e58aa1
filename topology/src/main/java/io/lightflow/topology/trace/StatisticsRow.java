package io.lightflow.topology.trace;

import java.time.Instant;
import java.util.Map;

/**
 * A row of the statistics that an event counts in.
 *
 * @param table its table, such as {@code stats_minute}
 * @param time begin of its minute, hour or day
 * @param dimensions values by column
 */
public record StatisticsRow(String table, Instant time, Map<String, String> dimensions) {}
