/**
 * Runs the real loops of both topologies in a simulated world in memory, with faults derived from a seed. Invariants
 * are asserted after every step. In the end, the outputs are compared with a brute-force answer.
 */
package io.lightflow.topology.simulation;
