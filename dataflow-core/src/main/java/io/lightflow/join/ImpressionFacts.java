package io.lightflow.join;

/**
 * What applies to the clicks on an impression by the rules of its arrival. It is stored with the impression, since the
 * placement is unknown when a click arrives before it.
 *
 * @param minClickMs the least delay of a click in the placement of the impression, in ms; 0 if any will do
 */
record ImpressionFacts(long minClickMs) {}
