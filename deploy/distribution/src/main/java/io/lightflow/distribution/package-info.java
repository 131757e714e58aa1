/** The command {@code lightflow}: one tree of the commands of all modules. */
package io.lightflow.distribution;
