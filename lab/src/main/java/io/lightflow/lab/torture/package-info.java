/**
 * Breaks the real cluster in every way there is while events flow through it, and compares what comes out with the
 * answer of a single thread. {@link io.lightflow.lab.torture.TortureCommand} is the command,
 * {@link io.lightflow.lab.torture.TortureFaults} what is done, {@link io.lightflow.lab.torture.Stage} whom it is done
 * to. {@link io.lightflow.lab.torture.StockTorture} does the same to Storm's own parts.
 */
package io.lightflow.lab.torture;
