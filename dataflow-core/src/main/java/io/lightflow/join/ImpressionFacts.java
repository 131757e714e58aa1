package io.lightflow.join;

/**
 * The rule for clicks on an impression, as it was when the impression arrived. It is stored with the impression: a
 * click that arrives before it does not know the placement.
 *
 * @param minClickMs the least delay of a click in the placement of the impression, in ms; 0 if any will do
 */
record ImpressionFacts(long minClickMs) {}
