/**
 * The alternative to Lightflow: Storm's Kafka spout and a counting state from Trident's documentation.
 * {@code lab/torture --stock} applies the same faults to it.
 */
package io.lightflow.lab.stock;
