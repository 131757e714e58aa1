package io.lightflow.batch;

import io.lightflow.event.OutputEvent;
import io.lightflow.position.Books;
import io.lightflow.statistics.Statistics;
import java.util.List;

/**
 * What a finished set of events comes to.
 *
 * @param outputs everything that the join put out, in its order, beacons among it
 * @param books what became of the events; nothing waits any more
 * @param statistics the minute rows
 */
public record BatchResult(List<OutputEvent> outputs, Books books, Statistics statistics) {}
