/**
 * Injects faults into the real cluster while events flow through it, and compares the outputs with a single-threaded
 * reference result. {@link io.lightflow.lab.torture.TortureCommand} is the command,
 * {@link io.lightflow.lab.torture.TortureFaults} defines the faults, and {@link io.lightflow.lab.torture.Stage} is the
 * platform that they strike. {@link io.lightflow.lab.torture.StockTorture} does the same to Storm's own parts.
 */
package io.lightflow.lab.torture;
