/**
 * Both topologies' real loops over a world in memory that a seed makes as hostile as the real one can be. Invariants
 * are asserted after every step, and the outputs are compared with a brute-force answer in the end.
 */
package io.lightflow.topology.simulation;
