/**
 * Mutants of the platform with one deliberate defect each, which the simulation must detect. Production code is unaware
 * of them: a mutant is a second copy of the classes, changed at load time.
 */
package io.lightflow.topology.simulation.mutant;
