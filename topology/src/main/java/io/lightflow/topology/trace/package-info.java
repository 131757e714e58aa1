/** Follows a single event through a group: what became of it, why, and what is still missing. */
package io.lightflow.topology.trace;
