/**
 * Real servers inside this JVM (PostgreSQL: as its child), on loopback, each over a directory of its own that it
 * reopens: what was there before is there again, on the same port.
 */
package io.lightflow.deploy.embedded;
