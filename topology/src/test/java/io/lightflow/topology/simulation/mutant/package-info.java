/**
 * The platform broken on purpose, one part at a time, to show that the simulation notices. Production code knows
 * nothing of it: a mutant is a second copy of the classes, changed while it is loaded.
 */
package io.lightflow.topology.simulation.mutant;
