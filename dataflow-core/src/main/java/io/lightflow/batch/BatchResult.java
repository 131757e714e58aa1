package io.lightflow.batch;

import io.lightflow.event.OutputEvent;
import io.lightflow.position.Books;
import io.lightflow.statistics.Statistics;
import java.util.List;

/**
 * The result of a complete set of events.
 *
 * @param outputs all outputs of the join in its order, including beacons
 * @param books the fates of the events; none waits any longer
 * @param statistics the minute rows
 */
public record BatchResult(List<OutputEvent> outputs, Books books, Statistics statistics) {}
