/**
 * What one would write without Lightflow: Storm's own Kafka spout and a counting state as Trident's documentation has
 * it. {@code lab/torture --stock} does to it what it does to Lightflow.
 */
package io.lightflow.lab.stock;
