/**
 * Real servers inside this JVM (PostgreSQL: as a child process), on loopback. Each has its own directory, and a restart
 * keeps its data and port.
 */
package io.lightflow.deploy.embedded;
