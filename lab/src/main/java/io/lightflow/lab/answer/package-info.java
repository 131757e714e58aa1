/**
 * What must come out of an input, by a run in one thread and memory, and what has come out of a platform: event by
 * event, row by row, and what differs between the two.
 */
package io.lightflow.lab.answer;
