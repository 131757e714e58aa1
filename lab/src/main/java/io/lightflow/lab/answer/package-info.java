/**
 * Computes the expected results of an input in memory with one thread, reads the actual results of a platform, and
 * compares them event by event and row by row.
 */
package io.lightflow.lab.answer;
